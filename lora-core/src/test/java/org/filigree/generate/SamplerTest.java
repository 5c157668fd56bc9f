package org.filigree.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.junit.jupiter.api.Test;

/** The wanted numbers are worked out by hand from transformers' definitions. */
class SamplerTest {

    private static final int[] NOTHING = {};

    /** Logits whose softmax is these shares. */
    private static float[] shares(double... shares) {
        var logits = new float[shares.length];
        for (var i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.log(shares[i]);
        }
        return logits;
    }

    private static double[] probabilities(Sampling sampling, float[] logits, int... text) {
        return new Sampler(sampling).probabilities(logits, text, text.length);
    }

    private static void assertShares(double[] found, double... wanted) {
        assertThat(found).hasSameSizeAs(wanted);
        for (var i = 0; i < wanted.length; i++) {
            assertThat(found[i]).as("token " + i).isCloseTo(wanted[i], within(1e-6));
        }
    }

    @Test
    void greedyTakesTheFirstOfTheLikeliest() {
        assertThat(new Sampler(Sampling.GREEDY).next(new float[] {1, 3, 2, 3}, NOTHING, 0, 0))
                .isEqualTo(1);
    }

    @Test
    void topPKeepsTheFewestTokensThatReachIt() {
        var sampling = new Sampling(1, 0.7, 0, 1, 1);
        assertShares(probabilities(sampling, shares(0.1, 0.5, 0.15, 0.25)), 0, 2 / 3.0, 0, 1 / 3.0);
    }

    @Test
    void topPNeverDropsTheLikeliestToken() {
        assertShares(probabilities(new Sampling(1, 1e-17, 0, 1, 1), shares(0.1, 0.6, 0.3)), 0, 1, 0);
    }

    @Test
    void topPKeepsAsManyOfEqualTokensAsItNeeds() {
        var kept = probabilities(new Sampling(1, 0.6, 0, 1, 1), shares(0.25, 0.25, 0.25, 0.25));
        assertShares(kept, 0, 1 / 3.0, 1 / 3.0, 1 / 3.0);
    }

    @Test
    void topKKeepsWhatEqualsTheKth() {
        var sampling = new Sampling(1, 1, 2, 1, 1);
        assertShares(probabilities(sampling, shares(0.4, 0.2, 0.2, 0.1, 0.1)), 0.5, 0.25, 0.25, 0, 0);
    }

    @Test
    void topKComesBeforeTopP() {
        // Of 0.4, 0.3, 0.2, 0.1 the first two are kept and are then 4/7 and 3/7: 0.5 needs only the first.
        assertShares(probabilities(new Sampling(1, 0.5, 2, 1, 1), shares(0.4, 0.3, 0.2, 0.1)), 1, 0, 0, 0);
    }

    @Test
    void temperatureComesBeforeTopP() {
        // At temperature 1/2 shares are squared: 0.25 and 0.25/4 of 0.375, so 0.6 needs only the first.
        var squared = probabilities(new Sampling(0.5, 1, 0, 1, 1), shares(0.5, 0.25, 0.25));
        assertShares(squared, 2 / 3.0, 1 / 6.0, 1 / 6.0);
        assertShares(probabilities(new Sampling(0.5, 0.6, 0, 1, 1), shares(0.5, 0.25, 0.25)), 1, 0, 0);
    }

    @Test
    void repetitionDividesWhatIsPositiveAndMultipliesWhatIsNegativeOnceHoweverOftenATokenStands() {
        var sampling = new Sampling(1, 1, 0, 2, 1);
        var found = probabilities(sampling, new float[] {2, -1, 0.5f}, 0, 1, 0, 0);
        var wanted = new double[] {Math.exp(1), Math.exp(-2), Math.exp(0.5)};
        var sum = wanted[0] + wanted[1] + wanted[2];
        assertShares(found, wanted[0] / sum, wanted[1] / sum, wanted[2] / sum);
    }

    @Test
    void greedyMindsRepetition() {
        var sampler = new Sampler(new Sampling(0, 1, 0, 1.5, 1));
        assertThat(sampler.next(new float[] {3, 2.5f}, new int[] {0}, 1, 0)).isEqualTo(1);
    }

    @Test
    void drawsFollowTheSharesAndTheSeed() {
        var logits = shares(0.1, 0.6, 0.3);
        var sampler = new Sampler(new Sampling(1, 1, 0, 1, 7));
        var draws = IntStream.range(0, 20_000)
                .map(draw -> sampler.next(logits, NOTHING, 0, draw))
                .toArray();
        var counts = new int[3];
        for (var draw : draws) {
            counts[draw]++;
        }
        // Four standard deviations of a binomial.
        assertThat(counts[0] / 20_000.0).isCloseTo(0.1, within(0.0085));
        assertThat(counts[1] / 20_000.0).isCloseTo(0.6, within(0.014));
        var again = new Sampler(new Sampling(1, 1, 0, 1, 7));
        var other = new Sampler(new Sampling(1, 1, 0, 1, 8));
        assertThat(IntStream.range(0, 20_000)
                        .map(draw -> again.next(logits, NOTHING, 0, draw))
                        .toArray())
                .isEqualTo(draws);
        assertThat(IntStream.range(0, 20_000)
                        .map(draw -> other.next(logits, NOTHING, 0, draw))
                        .toArray())
                .isNotEqualTo(draws);
    }

    @Test
    void settingsOutOfRangeOrWithoutEffectAreRefusedInOneLine() {
        assertRefused(() -> new Sampling(-0.1, 1, 0, 1, 1), "temperature is -0.1, wanted 0 or more");
        assertRefused(() -> new Sampling(Double.NaN, 1, 0, 1, 1), "temperature is NaN, wanted 0 or more");
        assertRefused(() -> new Sampling(1, 0, 0, 1, 1), "top-p is 0.0, wanted more than 0, at most 1");
        assertRefused(() -> new Sampling(1, 1, -1, 1, 1), "top-k is -1, wanted 0 (all) or more");
        assertRefused(() -> new Sampling(1, 1, 0, 0, 1), "repetition-penalty is 0.0, wanted more than 0 (1 is none)");
        assertRefused(
                () -> new Sampling(0, 0.9, 0, 1, 1),
                "top-p 0.9 has no effect at temperature 0, which takes the likeliest token; give a temperature too");
        assertRefused(
                () -> new Sampling(0, 1, 5, 1, 1),
                "top-k 5 has no effect at temperature 0, which takes the likeliest token; give a temperature too");
    }

    private static void assertRefused(Runnable settings, String line) {
        assertThatThrownBy(settings::run)
                .isInstanceOfSatisfying(
                        FiligreeException.class, e -> assertThat(e.code()).isEqualTo(Code.CONFIGURATION))
                .hasMessage(line);
    }

    @Test
    void logitsThatAreNotFiniteAreAnErrorNotAToken() {
        for (var odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new Sampler(Sampling.GREEDY).next(new float[] {1, odd}, NOTHING, 0, 0))
                    .isInstanceOf(FiligreeException.class)
                    .hasMessageContaining("not finite");
        }
    }
}
