package org.filigree.trainer.round;

import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.filigree.config.RunConfig;
import org.filigree.trainer.order.RowOrder;

/**
 * Loops that train on rows of {@link TinyInput}, in their own order.
 *
 * @param batch rows of a step
 * @param rows of the corpus that are trained
 * @param length tokens of a row
 */
record TinyLoop(int steps, int batch, int microBatch, int rows, IntUnaryOperator length) {

    TinyLoop(int steps, int batch, int microBatch) {
        this(steps, batch, microBatch, TinyRows.ROWS, TinyRows::length);
    }

    RoundLoop over(Workers workers, RunConfig.Averaging averaging) {
        var training = new RunConfig.Training(
                1,
                steps,
                batch,
                microBatch,
                0.05,
                RunConfig.Schedule.COSINE,
                0,
                0.01,
                0.9,
                0.999,
                1e-8,
                0.5,
                null,
                3,
                RunConfig.ReportTo.NONE);
        return new RoundLoop(
                workers,
                "tiny",
                training,
                averaging,
                new RowOrder("tiny", 3, new int[] {rows}, false, 1),
                IntStream.range(0, TinyRows.ROWS).map(length).toArray(),
                steps,
                row -> "row " + row);
    }
}
