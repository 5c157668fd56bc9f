package org.filigree.trainer.cluster;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.stream.Stream;
import org.filigree.trainer.cluster.LoopbackRun.Counted;
import org.filigree.trainer.cluster.LoopbackRun.Kind;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What runs say they moved against what the network counted. The loopback interface counts both directions as one; how much
 * went to the driver and how much to the executors the kernel tells by connection. Where a network namespace is to be had
 * the runs are alone in it, and the interface has counted nothing else. Where not, others may add to its count, but to no
 * run's connections.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(400)
class LoopbackTrafficTest {

    /** What travels besides adapters: tasks, heartbeats, and for the interface headers and acknowledgements. */
    private static final double CONTROL = 0.03;

    private Path folder;
    private boolean alone;

    @BeforeAll
    void run(@TempDir Path temporary) throws Exception {
        folder = temporary;
        alone = start(inNamespace("true")).waitFor() == 0;
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        var options = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-opens") || argument.startsWith("-Djdk"))
                .collect(Collectors.joining(" "));
        var command = "%s %s -XX:TieredStopAtLevel=1 -cp %s %s %s"
                .formatted(java, options, System.getProperty("java.class.path"), LoopbackRun.class.getName(), folder);
        var run = start(alone ? inNamespace(command) : List.of("sh", "-c", "exec " + command));
        try {
            assertThat(run.waitFor(380, TimeUnit.SECONDS)).as("ended").isTrue();
        } finally {
            run.descendants().forEach(ProcessHandle::destroyForcibly);
            run.destroyForcibly();
        }
        assertThat(run.exitValue())
                .as(Files.readString(folder.resolve("run.log")))
                .isZero();
    }

    private static List<String> inNamespace(String command) {
        var map = System.getProperty("user.name").equals("root") ? "--net" : "--map-root-user";
        return List.of("env", "unshare", "--net", map, "sh", "-c", "ip link set lo up && exec " + command);
    }

    private Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("run.log").toFile())
                .start();
    }

    private static JsonNode json(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<JsonNode> rounds(Kind kind) throws IOException {
        try (Stream<String> lines = Files.lines(folder.resolve(kind + "/events.jsonl"))) {
            var rounds = new ArrayList<>(lines.map(LoopbackTrafficTest::json)
                    .filter(event -> event.path("event").asText().equals("round"))
                    .toList());
            assertThat(rounds).hasSize(LoopbackRun.ROUNDS);
            return rounds;
        }
    }

    /** Values of the adapter. */
    private long trainable(Kind kind) throws IOException {
        return json(Files.readString(folder.resolve(kind + "/outcome.json")))
                .path("trainable")
                .asLong();
    }

    /** Of all rounds after the first, before which executors fetch what they compute with. */
    private static long sum(List<JsonNode> rounds, String field) {
        return rounds.stream()
                .skip(1)
                .mapToLong(round -> round.path(field).asLong())
                .sum();
    }

    private static void assertMoved(long counted, long told) {
        assertThat((double) counted / told).isBetween(1.0, 1 + CONTROL);
    }

    @ParameterizedTest
    @EnumSource
    void theBytesThatRoundsTellAreThoseTheNetworkCounted(Kind kind) throws IOException {
        var counted = Counted.read(folder, kind);
        assertThat(counted).hasSize(LoopbackRun.ROUNDS);
        var first = counted.get(0);
        var last = counted.get(counted.size() - 1);
        var toDriver = last.toDriver() - first.toDriver();
        var toExecutors = last.toExecutors() - first.toExecutors();
        var down = sum(rounds(kind), "bytes_down");
        var up = sum(rounds(kind), "bytes_up");

        if (kind.reduces()) {
            // What reducers fetch of the results goes to executors, and their averages to the driver.
            var averages = (LoopbackRun.ROUNDS - 1) * trainable(kind) * kind.exact();
            assertMoved(toDriver, averages);
            assertMoved(toExecutors, down + up - averages);
        } else {
            assertMoved(toDriver, up);
            assertMoved(toExecutors, down);
        }
        var moved = last.interfaceBytes() - first.interfaceBytes();
        assertThat((double) moved / (down + up)).isBetween(1.0, alone ? 1 + CONTROL : Double.MAX_VALUE);
    }

    @ParameterizedTest
    @EnumSource
    void noRoundMovesMoreThanATwentiethAboveTheAdapterEachWayUnlessItsAveragesDo(Kind kind) throws IOException {
        var adapter = trainable(kind) * kind.wire();
        // A worker sends its result but for its own executor's slice, and its share of the averages.
        var up = kind.reduces()
                ? adapter * (LoopbackRun.WORKERS - 1) / LoopbackRun.WORKERS
                        + trainable(kind) * kind.exact() / LoopbackRun.WORKERS
                : adapter;
        assertThat(rounds(kind)).allSatisfy(round -> {
            assertThat(round.path("executors").asInt()).isEqualTo(LoopbackRun.WORKERS);
            assertThat((double) round.path("bytes_down").asLong() / LoopbackRun.WORKERS / adapter)
                    .isBetween(1.0, 1.05);
            assertThat((double) round.path("bytes_up").asLong() / LoopbackRun.WORKERS / up)
                    .isBetween(kind.reduces() ? 0.9 : 1.0, 1.05);
        });
    }
}
