package org.filigree.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Every file of conf/ says what it shows and how to run it, and resolves. */
class ConfigurationsTest {

    private static final Path ROOT = Path.of(System.getProperty("filigree.root"));
    private static final int FILES = 7;

    @Test
    void everyConfigurationResolvesToOneThatResolvesToItself() throws IOException {
        try (var files = Files.list(ROOT.resolve("conf"))) {
            var all = files.sorted().toList();
            assertThat(all).hasSize(FILES).allMatch(file -> file.toString().endsWith(".yaml"));
            for (var file : all) {
                var name = file.getFileName().toString();
                assertThat(Files.readString(file))
                        .as(name)
                        .startsWith("# ")
                        .contains("bin/filigree train conf/" + name);
                var resolved = print(file);
                assertThat(resolved.err()).as(name).isEmpty();
                assertThat(resolved.code()).as(name).isZero();
                var again = Files.writeString(Files.createTempFile("resolved", ".yaml"), resolved.out());
                assertThat(print(again).out()).as(name).isEqualTo(resolved.out());
            }
        }
    }

    private static CommandLine print(Path file) {
        return CommandLine.run("train", file.toString(), "--print-config");
    }
}
