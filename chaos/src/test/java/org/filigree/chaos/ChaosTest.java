package org.filigree.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The short one; bin/filigree chaos makes as many kills as you like. */
class ChaosTest {

    private static final int KILLS = 5;

    @Test
    @Timeout(600)
    void killsOfExecutorsAWorkerAndADriverChangeNoByte(@TempDir Path folder) throws Exception {
        var result = new Chaos(
                        1,
                        KILLS,
                        3,
                        30,
                        Path.of(System.getProperty("filigree.root")),
                        new PrintWriter(System.out, true, UTF_8))
                .run(folder);

        assertThat(result.failure()).isNull();
        assertThat(result.made()).hasSize(KILLS);
        assertThat(result.made())
                .extracting(made -> made.kill().victim())
                .contains(Kill.Victim.EXECUTOR, Kill.Victim.WORKER, Kill.Victim.DRIVER);
        assertThat(result.runs().stream().mapToInt(Chaos.Compared::tasksLost).sum())
                .as("tasks that died with their executor")
                .isPositive();
        assertThat(result.runs()).hasSizeGreaterThan(1).allMatch(run -> run.difference() == null);
        assertThat(result.runs())
                .extracting(Chaos.Compared::averaging)
                .startsWith(Averaging.of(1, 1), Averaging.of(1, 2));
        assertThat(Report.of(result))
                .startsWith("# Chaos, seed 1: no byte differs")
                .contains("| all | 3 | 1 | 1 | 5 |");
    }
}
