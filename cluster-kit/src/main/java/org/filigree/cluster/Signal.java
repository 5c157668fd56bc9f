package org.filigree.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;

/** What a process does not notice until it goes on: a machine that hangs, or is cut off. */
public enum Signal {
    STOP,
    CONT;

    public void send(ProcessHandle process) throws IOException, InterruptedException {
        var sent = new ProcessBuilder("kill", "-" + name(), Long.toString(process.pid()))
                .redirectErrorStream(true)
                .start();
        if (sent.waitFor() != 0) {
            var said = new String(sent.getInputStream().readAllBytes(), UTF_8);
            throw new IOException("SIG%s to %s: %s".formatted(name(), process, said));
        }
    }
}
