package org.filigree.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigReader;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The configuration of a command: a file, with fields replaced on the command line. */
final class ConfigOptions {

    @Parameters(paramLabel = "CONF", description = "The run's YAML, on any Hadoop filesystem.")
    private String file;

    @Option(
            names = "--set",
            paramLabel = "FIELD=VALUE",
            description = "Replaces a field: --set training.learning_rate=1e-4")
    private List<String> sets = List.of();

    RunConfig read() throws IOException {
        var files = HadoopSettings.files();
        if (!files.exists(file)) {
            throw new FiligreeException(Code.CONFIGURATION, file + ": no such file");
        }
        if (files.isFolder(file)) {
            throw new FiligreeException(Code.CONFIGURATION, file + ": is a folder, wanted a run's YAML");
        }
        try (var in = files.open(file)) {
            var yaml = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            return RunConfigReader.read(Path.of(file).toString(), yaml, sets, System.getenv());
        }
    }
}
