package org.filigree.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.filigree.config.RunConfigReaderTest.DESIGN;
import static org.filigree.config.RunConfigReaderTest.SMALLEST;
import static org.filigree.config.RunConfigReaderTest.read;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.filigree.config.RunConfigChanges.Change;
import org.junit.jupiter.api.Test;

class RunConfigChangesTest {

    @Test
    void aConfigurationIsAsItWas() {
        assertThat(RunConfigChanges.between(read(DESIGN), read(DESIGN))).isEmpty();
    }

    @Test
    void everyFieldThatDiffersIsNamedWithBothValues() {
        var changes = RunConfigChanges.between(
                read(SMALLEST), read(SMALLEST, "checkpoint.keep=5", "training.learning_rate=0.5", "adapter.r=16"));
        assertThat(changes)
                .containsExactly(
                        new Change("adapter.r", "8", "16", false),
                        new Change("training.learning_rate", "5.0E-5", "0.5", false),
                        new Change("checkpoint.keep", "2", "5", true));
    }

    @Test
    void aSectionThatOnlyOneHasIsAFieldThatDiffers() {
        var plain = read(SMALLEST, "averaging.exchange=parameters");
        var nesterov = read(SMALLEST, "averaging.exchange=parameters", "averaging.outer={}");
        assertThat(RunConfigChanges.between(plain, nesterov))
                .extracting(Change::field, Change::then)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("averaging.outer", "null"));
    }

    @Test
    void aFieldWithoutEffectIsNothing() {
        var full = read(SMALLEST, "adapter={method: full}");
        assertThat(RunConfigChanges.between(read(SMALLEST), full))
                .contains(
                        new Change("adapter.method", "lora", "full", false),
                        new Change("adapter.r", "8", "nothing", false));
    }

    @Test
    void whatMustNotChangeIsTheSameTextWhereOnlyOtherFieldsDiffer() {
        var lasting = RunConfigChanges.lasting(read(DESIGN));
        assertThat(RunConfigChanges.lasting(
                        read(DESIGN, "output=elsewhere", "evaluation.every_rounds=77", "checkpoint.keep=9")))
                .isEqualTo(lasting);
        for (var override : List.of(
                "run=other",
                "training.learning_rate=0.5",
                "adapter.r=64",
                "data.max_length=77",
                "averaging.outer=null")) {
            assertThat(RunConfigChanges.lasting(read(DESIGN, override)))
                    .as(override)
                    .isNotEqualTo(lasting);
        }
    }

    @Test
    void whatMayChangeIsListedForReaders() throws IOException {
        var listed = RunConfigChanges.allowed().stream().map("`%s`"::formatted).toList();
        assertThat(listed).isNotEmpty();
        var readme = Files.readString(Path.of(System.getProperty("filigree.root"), "README.md"));
        assertThat(readme.replaceAll("\\s+", " ")).contains("may change: " + String.join(", ", listed) + ".");
    }

    @Test
    void nothingThatMakesARoundMayChange() {
        assertThat(RunConfigChanges.allowed())
                .isEqualTo(List.of(
                        "output",
                        "engine.exact",
                        "training.report_to",
                        "evaluation.every_rounds",
                        "evaluation.early_stopping_patience",
                        "checkpoint.every_rounds",
                        "checkpoint.keep"));
    }
}
