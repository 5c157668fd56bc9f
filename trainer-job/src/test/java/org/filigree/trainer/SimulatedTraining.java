package org.filigree.trainer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.filigree.config.RunConfig;
import org.filigree.format.FileTree;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.CounterRandom;
import org.filigree.trainer.forecast.RunForecast;
import org.filigree.trainer.forecast.TrafficForecast;
import org.filigree.trainer.order.RowOrder;
import org.filigree.trainer.publish.PublishedFiles;
import org.filigree.trainer.round.ExecutorUse;
import org.filigree.trainer.round.RoundLoop;
import org.filigree.trainer.round.Workers;
import org.filigree.trainer.run.Outcome;
import org.filigree.trainer.run.RunFolder;
import org.filigree.trainer.telemetry.Telemetry;

/** {@code Filigree.train} without Spark: the driver itself, over whatever files, workers and clock it is given. */
public final class SimulatedTraining {

    private static final int ROWS = 8;
    private static final int[] HELD_OUT = {3, 5, 4};

    private SimulatedTraining() {}

    /** Tokens of a row. */
    public static int length(int row) {
        return 3 + row % 3;
    }

    /** What a driver is given. */
    public record Surroundings(
            FileTree files,
            AdapterPlan plan,
            Workers workers,
            PublishedFiles published,
            LongSupplier clock,
            BooleanSupplier stop) {}

    public static Outcome train(RunConfig config, Surroundings around) throws IOException {
        var folder = new RunFolder(around.files(), config.output(), config.run());
        var progress = new Progress() {
            @Override
            public boolean stopRequested() {
                return around.stop().getAsBoolean();
            }
        };
        return new TrainingRun(folder, config, progress, new Unheard(), around.clock())
                .run(() -> new Simulated(config, around));
    }

    private static final class Unheard implements Telemetry {

        @Override
        public void round(int round) {}

        @Override
        public void tell(ObjectNode event) {}
    }

    private record Simulated(RunConfig config, Surroundings around) implements TrainingRun.Prepared {

        @Override
        public Trainee trainee() {
            var start = new float[around.plan().layout().size()];
            for (var i = 0; i < start.length; i++) {
                start[i] = (float) (CounterRandom.uniform(7, i) - 0.5);
            }
            return new Trainee(
                    new RunInputs(RunInputs.configuration(config), "simulated", "simulated", Arrays.toString(start)),
                    start,
                    HELD_OUT,
                    config.training().maxSteps(),
                    1_000,
                    "simulated",
                    "simulated");
        }

        @Override
        public RunForecast forecast() {
            return new RunForecast(
                    "simulated",
                    new RunForecast.Memory(1, 1, 1, 1, 1, null, 1, 1, null),
                    new TrafficForecast(1, 1, config.averaging().workers(), 1, 1),
                    0,
                    new RunForecast.Work(ROWS, 1, 1, config.training().maxSteps(), 1, "simulated"),
                    List.of());
        }

        @Override
        public RoundLoop rounds() {
            return new RoundLoop(
                    around.workers(),
                    config.adapter().name(),
                    config.training(),
                    config.averaging(),
                    new RowOrder("simulated", config.training().seed(), new int[] {ROWS}, true, 1),
                    IntStream.range(0, ROWS).map(SimulatedTraining::length).toArray(),
                    config.training().maxSteps(),
                    row -> "row " + row);
        }

        @Override
        public PublishedFiles published() {
            return around.published();
        }

        @Override
        public List<ExecutorUse> use() {
            return List.of();
        }

        @Override
        public void close() {
            around.workers().close();
        }
    }
}
