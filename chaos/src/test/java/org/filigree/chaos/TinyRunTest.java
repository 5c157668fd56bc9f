package org.filigree.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.filigree.config.RunConfigReader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What chaos would not miss. */
class TinyRunTest {

    @TempDir
    private Path folder;

    private TinyRun undisturbed;

    @BeforeEach
    void undisturbed() throws IOException {
        undisturbed = run("undisturbed", "bytes", 0.5, 1, 2, 3);
    }

    private TinyRun run(String name, String adapter, double loss, int... rounds) throws IOException {
        var run = Files.createDirectories(folder.resolve(name));
        Files.createDirectories(run.resolve("adapters/chaos"));
        Files.writeString(run.resolve("adapters/chaos/adapter_model.safetensors"), adapter);
        Files.writeString(run.resolve("outcome.json"), "{\"published\":[{\"path\":\"adapters/chaos\"}]}");
        var events = Arrays.stream(rounds)
                .mapToObj(round -> "{\"event\":\"round\",\"round\":%d,\"losses\":[%s],\"seconds\":%d}"
                        .formatted(round, loss, name.length()))
                .collect(Collectors.joining("\n"));
        Files.writeString(run.resolve("events.jsonl"), events + "\n{\"event\":\"finish\"}\n");
        return new TinyRun(folder, folder, name, 3, Averaging.GRADIENTS);
    }

    @Test
    void theSameBytesAndRoundsAreNoDifference() throws IOException {
        assertThat(run("a", "bytes", 0.5, 1, 2, 3).difference(undisturbed)).isEmpty();
    }

    @Test
    void anotherByteIsADifference() throws IOException {
        assertThat(run("a", "bytez", 0.5, 1, 2, 3).difference(undisturbed)).contains("the adapter has other bytes");
    }

    @Test
    void aRoundTwiceMissingOrOutOfOrderIsADifference() throws IOException {
        assertThat(run("twice", "bytes", 0.5, 1, 2, 2, 3).difference(undisturbed))
                .contains("events.jsonl: wanted every round once, found [1, 2, 2, 3]");
        assertThat(run("missing", "bytes", 0.5, 1, 2).difference(undisturbed)).isPresent();
        assertThat(run("order", "bytes", 0.5, 1, 3, 2).difference(undisturbed)).isPresent();
    }

    @Test
    void anotherLossIsADifference() throws IOException {
        assertThat(run("a", "bytes", 0.25, 1, 2, 3).difference(undisturbed))
                .contains("events.jsonl: other losses or norms");
    }

    @Test
    void everyWayOfAveragingIsAConfigurationThatWaitsForAllWorkers() throws IOException {
        for (var averaging : Averaging.values()) {
            var file = new TinyRun(folder, folder, averaging.toString(), 3, averaging).configuration();
            var config = RunConfigReader.read(file.toString(), Files.readString(file), List.of(), Map.of());
            assertThat(config.averaging().quorum()).as("%s", averaging).isNull();
            assertThat(config.training().globalBatchSize() % config.averaging().workers())
                    .as("%s", averaging)
                    .isZero();
        }
    }
}
