package org.filigree.trainer.simulation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.filigree.config.RunConfig;
import org.filigree.trainer.run.EventLog;

/**
 * What the undisturbed run of a setting makes.
 *
 * @param states by round, as checkpoints hold them
 * @param told round by round, without seconds
 * @param published by {@code last/} or {@code best/} and the file's name
 */
record Reference(Map<Integer, byte[]> states, List<ObjectNode> told, Map<String, byte[]> published) {

    private static final String FOLDER = Setting.OUTPUT + "/" + Setting.RUN + "/";
    private static final Map<Setting, Reference> ALL = Arrays.stream(Setting.values())
            .collect(Collectors.toUnmodifiableMap(Function.identity(), setting -> made(setting.config(1, 1_000))));
    private static final String CHECKPOINTS = FOLDER + "checkpoints/";

    static Reference of(Setting setting) {
        return ALL.get(setting);
    }

    /** @param config with a checkpoint after every round, all kept */
    private static Reference made(RunConfig config) {
        var disk = new Disk(false);
        var driver = new Driver("undisturbed");
        try {
            var outcome = new SimulatedDriver(
                            config,
                            new DriverFiles(disk, driver, new Calm()),
                            (tasks, job) -> IntStream.range(0, tasks).boxed().toList(),
                            () -> 0,
                            () -> false)
                    .train();
            var states = new TreeMap<Integer, byte[]>();
            for (var path : disk.below(FOLDER + "checkpoints")) {
                if (path.endsWith("/state.bin")) {
                    var round = path.substring(CHECKPOINTS.length(), CHECKPOINTS.length() + 8);
                    states.put(Integer.valueOf(round), disk.bytes(path));
                }
            }
            var published = new TreeMap<String, byte[]>();
            for (var folder : outcome.published()) {
                for (var file : folder.sha256().keySet()) {
                    published.put(folder.which() + "/" + file, disk.bytes(FOLDER + folder.path() + "/" + file));
                }
            }
            return new Reference(states, rounds(disk.bytes(FOLDER + "events.jsonl")), published);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The events of the rounds, without what the clock says. */
    static List<ObjectNode> rounds(byte[] events) {
        var lines = new String(events, StandardCharsets.UTF_8).lines().toList();
        var rounds = EventLog.named(EventLog.parse(lines), "round");
        rounds.forEach(round -> round.remove("seconds"));
        return rounds;
    }
}
