package org.filigree.trainer.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** One call of the command line, with what it said. */
record CommandLine(int code, String out, String err) {

    static CommandLine run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var code = Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
        return new CommandLine(code, out.toString(), err.toString());
    }
}
