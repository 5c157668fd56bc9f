package org.filigree.generate;

import java.util.Arrays;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.lora.CounterRandom;

/**
 * Chooses the next token as transformers does, in its order: repetition penalty, temperature, top-k, top-p, draw. A draw
 * is a function of the seed and of its place in the text, so other texts beside it change nothing.
 */
public final class Sampler {

    private final Sampling sampling;
    private final long key;

    public Sampler(Sampling sampling) {
        this.sampling = sampling;
        this.key = CounterRandom.key(sampling.seed());
    }

    /**
     * The next token.
     *
     * @param logits {@code [vocabulary]}
     * @param text tokens so far, the prompt's included
     * @param length how many of {@code text}
     * @param draw place of the draw: the number of tokens generated before
     */
    public int next(float[] logits, int[] text, int length, long draw) {
        if (sampling.temperature() == 0) {
            return likeliest(penalised(logits, text, length));
        }
        var probabilities = probabilities(logits, text, length);
        var left = CounterRandom.uniform(key, draw);
        var last = 0;
        for (var token = 0; token < probabilities.length; token++) {
            if (probabilities[token] > 0) {
                last = token;
                left -= probabilities[token];
                if (left < 0) {
                    return token;
                }
            }
        }
        return last; // The sum fell short of 1 by rounding.
    }

    /** What a draw draws from; sums to 1. */
    double[] probabilities(float[] logits, int[] text, int length) {
        var scores = penalised(logits, text, length);
        for (var i = 0; i < scores.length; i++) {
            scores[i] = (float) (scores[i] / sampling.temperature());
        }
        if (sampling.topK() > 0 && sampling.topK() < scores.length) {
            keepLargest(scores, sampling.topK());
        }
        var probabilities = softmax(scores);
        if (sampling.topP() < 1) {
            dropTail(probabilities, 1 - sampling.topP());
        }
        return probabilities;
    }

    /** A copy in which each token of the text, once however often it stands there, is less likely. */
    private float[] penalised(float[] logits, int[] text, int length) {
        var scores = logits.clone();
        for (var score : scores) {
            if (!Float.isFinite(score)) {
                throw new FiligreeException(
                        Code.RUN_TIME,
                        "the model's logits after %d tokens are not finite: its weights or the adapter's are not sound"
                                .formatted(length));
            }
        }
        if (sampling.repetitionPenalty() != 1) {
            for (var i = 0; i < length; i++) {
                var score = logits[text[i]];
                scores[text[i]] = (float)
                        (score < 0 ? score * sampling.repetitionPenalty() : score / sampling.repetitionPenalty());
            }
        }
        return scores;
    }

    /** The first of equals. */
    private static int likeliest(float[] scores) {
        var best = 0;
        for (var i = 1; i < scores.length; i++) {
            if (scores[i] > scores[best]) {
                best = i;
            }
        }
        return best;
    }

    /** Those that equal the k-th stay with it. */
    private static void keepLargest(float[] scores, int k) {
        var sorted = scores.clone();
        Arrays.sort(sorted);
        var threshold = sorted[sorted.length - k];
        for (var i = 0; i < scores.length; i++) {
            if (scores[i] < threshold) {
                scores[i] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private static double[] softmax(float[] scores) {
        var largest = scores[likeliest(scores)];
        var values = new double[scores.length];
        for (var i = 0; i < values.length; i++) {
            values[i] = Math.exp((double) scores[i] - largest);
        }
        return normalised(values);
    }

    /** Drops the least likely tokens as long as those dropped sum to no more than {@code share}; never the likeliest. */
    private static void dropTail(double[] probabilities, double share) {
        var sorted = probabilities.clone();
        Arrays.sort(sorted);
        var sum = 0.0;
        var kept = 0;
        while (kept < sorted.length - 1 && sum + sorted[kept] <= share) {
            sum += sorted[kept++];
        }
        // Of tokens as likely as the least that stays, the first may have been dropped: they come first in the sort.
        var threshold = sorted[kept];
        var equalsDropped = 0;
        for (var i = kept - 1; i >= 0 && sorted[i] == threshold; i--) {
            equalsDropped++;
        }
        for (var i = 0; i < probabilities.length; i++) {
            if (probabilities[i] < threshold || (probabilities[i] == threshold && equalsDropped-- > 0)) {
                probabilities[i] = 0;
            }
        }
        normalised(probabilities);
    }

    private static double[] normalised(double[] values) {
        var sum = 0.0;
        for (var value : values) {
            sum += value;
        }
        for (var i = 0; i < values.length; i++) {
            values[i] /= sum;
        }
        return values;
    }
}
