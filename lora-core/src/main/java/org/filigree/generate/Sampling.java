package org.filigree.generate;

import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;

/**
 * How the next token is chosen, by transformers' names.
 *
 * @param temperature 0 takes the likeliest token
 * @param topP keep the likeliest tokens that sum to it; 1 keeps all
 * @param topK keep so many of the likeliest; 0 keeps all
 * @param repetitionPenalty above 1 makes tokens that stand in the text already less likely; greedy minds it too
 * @param seed of the draws: the same seed and prompt give the same text
 */
public record Sampling(double temperature, double topP, int topK, double repetitionPenalty, long seed) {

    public static final Sampling GREEDY = new Sampling(0, 1, 0, 1, 42);

    /** @throws FiligreeException in one line when a value is out of range, or has no effect */
    public Sampling {
        require(temperature >= 0 && temperature < Double.POSITIVE_INFINITY, "temperature", temperature, "0 or more");
        require(topP > 0 && topP <= 1, "top-p", topP, "more than 0, at most 1");
        require(topK >= 0, "top-k", topK, "0 (all) or more");
        require(
                repetitionPenalty > 0 && repetitionPenalty < Double.POSITIVE_INFINITY,
                "repetition-penalty",
                repetitionPenalty,
                "more than 0 (1 is none)");
        if (temperature == 0 && (topP < 1 || topK > 0)) {
            throw new FiligreeException(
                    Code.CONFIGURATION,
                    "%s has no effect at temperature 0, which takes the likeliest token; give a temperature too"
                            .formatted(topP < 1 ? "top-p " + topP : "top-k " + topK));
        }
    }

    private static void require(boolean holds, String name, Number found, String wanted) {
        if (!holds) {
            throw new FiligreeException(Code.CONFIGURATION, "%s is %s, wanted %s".formatted(name, found, wanted));
        }
    }
}
