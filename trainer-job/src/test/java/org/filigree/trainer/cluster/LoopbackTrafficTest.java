package org.filigree.trainer.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a run says it moved against what the network counted. The cluster runs in a network namespace of its own, so that
 * the counters of the loopback interface are its alone.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(200)
class LoopbackTrafficTest {

    private static final int WORKERS = 2;

    /** What travels besides adapters: tasks, heartbeats, headers and acknowledgements. Measured: 0.017. */
    private static final double CONTROL = 0.05;

    private Path folder;
    private List<JsonNode> events;

    @BeforeAll
    void runInANamespaceOfItsOwn(@TempDir Path temporary) throws Exception {
        folder = temporary;
        assumeThat(inNamespace("true").waitFor())
                .as("this machine gives a test a network namespace")
                .isZero();
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        var opens = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-opens") || argument.startsWith("-Djdk"))
                .collect(Collectors.joining(" "));
        var run = inNamespace("%s %s -XX:TieredStopAtLevel=1 -cp %s %s %s"
                .formatted(java, opens, System.getProperty("java.class.path"), LoopbackRun.class.getName(), folder));
        try {
            assertThat(run.waitFor(180, TimeUnit.SECONDS)).as("ended").isTrue();
        } finally {
            run.descendants().forEach(ProcessHandle::destroyForcibly);
            run.destroyForcibly();
        }
        assertThat(run.exitValue())
                .as(Files.readString(folder.resolve("run.log")))
                .isZero();
        var json = new ObjectMapper();
        events = new ArrayList<>();
        for (var line : Files.readAllLines(folder.resolve("run/events.jsonl"))) {
            events.add(json.readTree(line));
        }
    }

    private Process inNamespace(String command) throws IOException {
        var map = System.getProperty("user.name").equals("root") ? "--net" : "--map-root-user";
        return new ProcessBuilder("unshare", "--net", map, "sh", "-c", "ip link set lo up && exec " + command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("run.log").toFile())
                .start();
    }

    private List<JsonNode> rounds() {
        return events.stream()
                .filter(event -> event.path("event").asText().equals("round"))
                .toList();
    }

    /** The adapter's values in bfloat16, whatever the run says of its own traffic. */
    private long adapter() throws IOException {
        var outcome = new ObjectMapper()
                .readTree(
                        folder.resolve(LoopbackRun.RUN).resolve("outcome.json").toFile());
        return outcome.path("trainable").asLong() * Short.BYTES;
    }

    @Test
    void theBytesTheRoundsTellAreThoseTheNetworkCounted() throws IOException {
        var counted = Files.readAllLines(folder.resolve(LoopbackRun.COUNTED)).stream()
                .map(Long::valueOf)
                .toList();
        assertThat(counted).hasSize(6).hasSameSizeAs(rounds());
        // The first round is where the counting begins: before it executors fetched what they compute with.
        var told = rounds().stream()
                .skip(1)
                .mapToLong(round -> round.path("bytes_down").asLong()
                        + round.path("bytes_up").asLong())
                .sum();
        var moved = counted.get(counted.size() - 1) - counted.get(0);
        assertThat((double) moved / told).isBetween(1.0, 1 + CONTROL);
    }

    @Test
    void withResetNoRoundMovesMoreThanATwentiethAboveTheAdapterEachWay() throws IOException {
        var adapter = adapter();
        assertThat(adapter).isPositive();
        assertThat(rounds()).hasSize(6).allSatisfy(round -> {
            assertThat(round.path("executors").asInt()).isEqualTo(WORKERS);
            assertThat(round.path("bytes_down").asLong() / WORKERS).isBetween(adapter, adapter * 105 / 100);
            assertThat(round.path("bytes_up").asLong() / WORKERS).isBetween(adapter, adapter * 105 / 100);
        });
    }
}
