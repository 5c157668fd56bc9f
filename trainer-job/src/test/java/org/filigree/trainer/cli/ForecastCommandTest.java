package org.filigree.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.filigree.engine.kit.ReferenceCase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forecast of a run against the run. Rows are of one length, so that the largest micro-batch is the forecast's. */
class ForecastCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ROWS = 12;
    private static final int LENGTH = 48;
    private static final int STEPS = 7;
    /** Workers whose results are averaged by reducers. */
    private static final int MANY = 17;

    @TempDir
    private Path folder;

    @BeforeEach
    void rows() throws IOException {
        new ReferenceCase("llama", folder.resolve("llama"));
        var rows = new ArrayList<String>();
        for (var row = 0; row < ROWS; row++) {
            rows.add("{\"input_ids\": " + Collections.nCopies(LENGTH, row + 1) + "}");
        }
        Files.write(folder.resolve("rows.jsonl"), rows);
    }

    private CommandLine run(String command, String name, String averaging, String... options) throws IOException {
        var file = Files.writeString(folder.resolve(name + ".yaml"), """
                run: %s
                output: %s
                base: {path: %s, name: reference/llama}
                engine: {threads: 1}
                data: {train: [{path: %s, shape: tokens}], packing: false}
                adapter: {r: 4, lora_alpha: 8, target_modules: all-linear}
                training: {max_steps: %d, global_batch_size: 8, micro_batch_size: 8, learning_rate: 1.0e-3}
                averaging: %s
                """.formatted(
                name, folder.resolve("runs"), folder.resolve("llama"), folder.resolve("rows.jsonl"), STEPS, averaging));
        var arguments = new ArrayList<>(List.of(command, file.toString()));
        arguments.addAll(List.of(options));
        return CommandLine.run(arguments.toArray(String[]::new));
    }

    private List<JsonNode> events(String run) throws IOException {
        var events = new ArrayList<JsonNode>();
        for (var line : Files.readAllLines(folder.resolve("runs/%s/events.jsonl".formatted(run)))) {
            events.add(JSON.readTree(line));
        }
        return events;
    }

    @Test
    void whatARunTakesAndMovesIsWhatWasForecast() throws IOException {
        for (var averaging :
                List.of("{workers: 1, exchange: gradients}", "{workers: 1, exchange: parameters, local_steps: 3}")) {
            var name = averaging.contains("gradients") ? "gradients" : "parameters";
            var asked = run("forecast", name, averaging, "--json");
            assertThat(asked.code()).as(asked.err()).isZero();
            assertThat(folder.resolve("runs/" + name)).doesNotExist();
            var forecast = JSON.readTree(asked.out());

            var trained = run("train", name, averaging);
            assertThat(trained.code()).as(trained.err()).isZero();
            var events = events(name);
            for (var part : List.of("traffic", "work", "misfits")) {
                assertThat(events.get(0).path("forecast").path(part)).isEqualTo(forecast.path(part));
            }
            var rounds = events.stream()
                    .filter(e -> e.path("event").asText().equals("round"))
                    .toList();
            assertThat(forecast.at("/work/steps").intValue()).isEqualTo(STEPS);
            assertThat(forecast.at("/work/rounds").intValue()).isEqualTo(rounds.size());
            assertThat(forecast.at("/work/tokens").intValue()).isEqualTo(ROWS * LENGTH);
            var measured = events.stream()
                    .filter(e -> e.path("event").asText().equals("measured"))
                    .findFirst()
                    .orElseThrow();
            assertThat(measured.path("native_bytes").longValue())
                    .isPositive()
                    .isCloseTo(forecast.at("/memory/native_bytes").longValue(), withinPercentage(5));
            assertThat(measured.path("bytes_down").longValue())
                    .isCloseTo(forecast.at("/traffic/down_each").longValue(), withinPercentage(5));
            assertThat(measured.path("bytes_up").longValue())
                    .isPositive()
                    .isCloseTo(forecast.at("/traffic/up_each").longValue(), withinPercentage(5));
            assertThat(measured.path("peak_resident_bytes").longValue())
                    .isGreaterThan(measured.path("native_bytes").longValue());
        }
    }

    @Test
    void momentsThatWorkersKeepAreForecastWhereTheyGo() throws IOException {
        var averaging = "{workers: 2, exchange: parameters, local_steps: 3, inner_state: %s}";
        var reset = JSON.readTree(
                run("forecast", "kept", averaging.formatted("reset"), "--json").out());
        var lines = run("forecast", "kept", averaging.formatted("keep"));
        var keep = JSON.readTree(
                run("forecast", "kept", averaging.formatted("keep"), "--json").out());

        var trained = run("train", "kept", averaging.formatted("keep"));

        assertThat(trained.code()).as(trained.err()).isZero();
        var saved = 0L;
        try (var files = Files.list(folder.resolve("runs/kept/checkpoints/00000003-1"))) {
            for (var file : files.filter(f -> f.getFileName().toString().startsWith("moments-"))
                    .toList()) {
                saved += Files.size(file);
            }
        }
        assertThat(saved).isPositive().isEqualTo(keep.path("checkpoint_moments").longValue());
        assertThat(reset.path("checkpoint_moments").longValue()).isZero();
        assertThat(lines.out()).contains("of moments, which the workers write");
        // Of two workers in one JVM, twice what a checkpoint holds: between rounds, and in their tasks.
        assertThat(keep.at("/memory/heap_bytes").longValue()
                        - reset.at("/memory/heap_bytes").longValue())
                .isEqualTo(2 * saved);
        assertThat(keep.path("traffic")).isEqualTo(reset.path("traffic"));
        var measured = events("kept").stream()
                .filter(e -> e.path("event").asText().equals("measured"))
                .findFirst()
                .orElseThrow();
        assertThat(measured.path("bytes_up").longValue())
                .isCloseTo(2 * keep.at("/traffic/up_each").longValue(), withinPercentage(5));
    }

    @Test
    void reducersOfASingleExecutorFetchNothingFromOthers() throws IOException {
        var averaging = "{workers: %d, exchange: gradients}".formatted(MANY);
        var forecast = JSON.readTree(run("forecast", "reduced", averaging, "--json", "--set", "adapter.r=32")
                .out());
        var trained = run("train", "reduced", averaging, "--set", "adapter.r=32");

        assertThat(trained.code()).as(trained.err()).isZero();
        var measured = events("reduced").stream()
                .filter(e -> e.path("event").asText().equals("measured"))
                .findFirst()
                .orElseThrow();
        assertThat(measured.path("bytes_up").longValue())
                .isCloseTo(MANY * forecast.at("/traffic/up_each").longValue(), withinPercentage(5));
    }

    @Test
    void theLinesSayMemoryTrafficAndTokens() throws IOException {
        var asked = run("forecast", "lines", "{workers: 2, exchange: gradients}");
        assertThat(asked.code()).as(asked.err()).isZero();
        assertThat(asked.out())
                .contains("GiB outside the heap", "with 8 x 48 tokens")
                .contains("a worker", "the whole model would be")
                .contains("576 tokens an epoch (564 trained) in 12 rows; 7 steps in 7 rounds")
                .contains("micro_batch_size 8 is the largest that fits a worker's step");
    }
}
