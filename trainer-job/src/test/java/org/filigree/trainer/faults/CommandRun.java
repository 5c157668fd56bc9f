package org.filigree.trainer.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.filigree.cluster.ClusterProcess;
import org.filigree.config.FiligreeException;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.cli.Main;
import org.filigree.trainer.faults.FaultyDisk.Met;
import org.filigree.trainer.run.Outcome;

/**
 * A run that the command {@code train} makes on the cluster, on a faulty disk.
 *
 * @param scheme of the disk
 * @param settings of the driver, the disk's among them
 */
record CommandRun(FaultyCluster faulty, String name, String scheme, Map<String, String> settings) {

    private static final Duration SOON = Duration.ofMinutes(3);

    /** The command, once it has ended; it logs as submit.sh has it. */
    ClusterProcess train() throws IOException, InterruptedException {
        var yaml = faulty.runs()
                .yaml(name, "output=%s:%s".formatted(scheme, faulty.runs().folder()));
        var all = new HashMap<>(faulty.settings());
        all.putAll(settings);
        all.put("log4j2.configurationFile", "org/filigree/trainer/log4j2-quiet.properties");
        var command = faulty.cluster().driver(name, all, Main.class.getName(), List.of("train", yaml.toString()));
        assertThat(command.ends(SOON)).as("ended").isTrue();
        return command;
    }

    /**
     * The command fails so that a retry may help, and says why in one line.
     *
     * @param round of the checkpoint that it leaves
     * @return the line
     */
    String fails(String reason, int round) throws IOException, InterruptedException {
        var command = train();
        var line = "%s; the checkpoint after round %d in %s:%s stands, and the same command goes on from it"
                .formatted(reason, round, scheme, folder());
        assertThat(command.exitValue()).as(command.log()).isEqualTo(FiligreeException.Code.RETRY.exit());
        assertThat(command.log().lines())
                .noneMatch(said -> said.startsWith("\tat "))
                .last()
                .isEqualTo("filigree: " + line);
        return line;
    }

    Path folder() {
        return faulty.runs().folder().resolve(name);
    }

    List<Met> met() throws IOException {
        return FaultyDisk.met(folder());
    }

    /** Files by their paths, those of moments without the task. */
    List<String> files() throws IOException {
        return written().keySet().stream()
                .map(file -> file.replaceFirst("(/moments-\\d+)-.*", "$1"))
                .toList();
    }

    /** Files by their paths, with when each was written last. */
    Map<String, Long> written() throws IOException {
        var written = new TreeMap<String, Long>();
        try (var files = Files.walk(folder())) {
            files.filter(Files::isRegularFile)
                    .forEach(file -> written.put(
                            folder().relativize(file).toString(), file.toFile().lastModified()));
        }
        return written;
    }

    void assertThatTheOutcomeSays(String line) throws IOException {
        var outcome = faulty.runs().json(name, "outcome.json");
        assertThat(outcome.path("status").asText()).isEqualTo("failed");
        assertThat(outcome.path("code").intValue()).isEqualTo(FiligreeException.Code.RETRY.exit());
        assertThat(outcome.path("message").asText()).isEqualTo(line);
    }

    /** On a disk without faults. */
    void assertThatTheNextDriverEndsIt() throws IOException {
        var outcome = Filigree.train(faulty.spark(), faulty.runs().config(name));
        assertThat(outcome.status()).isEqualTo(Outcome.Status.DONE);
        assertThat(adapters(name))
                .as("none under another driver's name")
                .isEqualTo(adapters(FaultyCluster.UNDISTURBED));
        faulty.assertThatNothingShows(name);
    }

    private Set<String> adapters(String run) {
        return Set.of(faulty.runs().file(run, "adapters").toFile().list());
    }
}
