package org.filigree.trainer.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;
import net.jqwik.api.statistics.StatisticsReport.StatisticsReportMode;

/**
 * A run whose drivers, disk, cluster and clock are simulated, and whose driver is the real one: loop, checkpoints, owner,
 * events, publishing and outcome. Drivers are killed, paused, stopped and started beside each other at any operation,
 * files and jobs fail, the disk fills up; {@link Invariants} hold after every event, and in the end the adapter has the
 * undisturbed run's bits. Where rounds go on without some workers, all drivers tell the same of each.
 *
 * <p>To replay a failure: its message ends with the last events before it, and jqwik prints the {@code seed} of the sample.
 *
 * <pre>{@code
 * ./mvnw -pl trainer-job -am test -Dtest=RunSimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dsimulation.seed=SEED
 * }</pre>
 *
 * lets the same happen at the same moments, as long as the code does the same operations.
 */
class RunSimulationTest {

    private static final Long REPLAYED = Long.getLong("simulation.seed");

    @Property(tries = 2_000, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    @StatisticsReport(StatisticsReportMode.OFF)
    void whateverHappensTheAdapterIsTheUndisturbedOne(@ForAll long seed) {
        var simulation = new Simulation(REPLAYED == null ? seed : REPLAYED);
        simulation.run();
        for (var kind : Luck.Kind.values()) {
            Statistics.label(kind.name())
                    .collect(simulation.times(kind) > 0)
                    .coverage(happened -> happened.check(true).count(count -> REPLAYED != null || count > 50));
        }
        Statistics.label("WITHOUT_SOME")
                .collect(simulation.roundsWithoutSome() > 0)
                .coverage(happened -> happened.check(true).count(count -> REPLAYED != null || count > 50));
    }

    @Example
    void theSameSeedMakesTheSameRun() {
        for (var seed = 0L; seed < 20; seed++) {
            var one = new Simulation(seed);
            var other = new Simulation(seed);
            one.run();
            other.run();
            assertThat(one.trace()).isEqualTo(other.trace());
        }
    }
}
