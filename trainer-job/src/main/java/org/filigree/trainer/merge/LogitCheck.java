package org.filigree.trainer.merge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.engine.Batch;
import org.filigree.lora.CounterRandom;
import org.filigree.model.DataType;
import org.filigree.text.TokenRow;
import org.filigree.trainer.serve.ServedBase;

/** Whether two models say the same: their logits on fixed rows of tokens. */
public final class LogitCheck {

    public static final int ROWS = 4;
    public static final int TOKENS = 16;

    private static final long KEY = CounterRandom.name("merge");

    /** Logits {@code [ROWS * TOKENS][vocabulary]} of the base alone, and of base and adapter. */
    record Wanted(float[][] base, float[][] adapted) {}

    /**
     * How far a merged model is from base and adapter.
     *
     * @param largest difference of two logits
     * @param tolerance what it may be: the type's share of the largest logit, or of 1
     * @param effect largest difference between the base with the adapter and without it
     */
    public record Difference(DataType type, double largest, double tolerance, double effect, double noise) {

        /** @throws FiligreeException when the merged model is another */
        void require(String adapter, String output) {
            if (!(largest <= tolerance)) {
                throw new FiligreeException(
                        Code.RUN_TIME,
                        "%s: does not say what base and adapter say: logits differ by %.3g, %s allows %.3g; nothing is left of it"
                                .formatted(output, largest, AdapterMerge.name(type), tolerance));
            }
            if (effect > noise && largest >= effect) {
                throw new FiligreeException(
                        Code.RUN_TIME,
                        "%s: rounding to %s moves logits by %.3g, %s by only %.3g: what it learnt would be lost; merge with --dtype float32"
                                .formatted(output, AdapterMerge.name(type), largest, adapter, effect));
            }
        }
    }

    private LogitCheck() {}

    /** A share of the largest logit: weights are rounded to 24, 11 or 8 bits, in every layer. */
    static double tolerance(DataType type) {
        return switch (type) {
            case FLOAT64, FLOAT32 -> 1e-4;
            case FLOAT16 -> 1e-2;
            case BFLOAT16 -> 5e-2;
        };
    }

    /** The logits after every token of the rows, with the adapter in {@code slot}. */
    static float[][] logits(ServedBase served, int slot) {
        var length = Math.min(TOKENS, served.spec().maxPositions());
        var rows = new ArrayList<Batch.Placed>();
        for (var row = 0; row < ROWS; row++) {
            var key = CounterRandom.key(KEY, row);
            var ids = IntStream.range(0, length)
                    .map(i -> (int) CounterRandom.below(key, i, served.spec().vocabulary()))
                    .toArray();
            var labels = new int[length];
            Arrays.fill(labels, TokenRow.IGNORED);
            rows.add(new Batch.Placed(slot, 0, TokenRow.of(ids, labels)));
        }
        var all = IntStream.range(0, ROWS * length).toArray();
        return served.session().logits(Batch.of(List.copyOf(rows)), all);
    }

    static Difference compare(Wanted wanted, float[][] found, DataType type) {
        var largest = Math.max(1, largest(wanted.adapted(), null));
        return new Difference(
                type,
                largest(wanted.adapted(), found),
                tolerance(type) * largest,
                largest(wanted.adapted(), wanted.base()),
                tolerance(DataType.FLOAT32) * largest);
    }

    /** Of the elements, or of the differences from {@code others}; not a number where one is not. */
    private static double largest(float[][] values, float[][] others) {
        var largest = 0.0;
        for (var row = 0; row < values.length; row++) {
            for (var i = 0; i < values[row].length; i++) {
                var other = others == null ? 0 : others[row][i];
                largest = Math.max(largest, Math.abs((double) values[row][i] - other));
            }
        }
        return largest;
    }
}
