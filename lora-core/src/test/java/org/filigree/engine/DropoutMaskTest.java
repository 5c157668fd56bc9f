package org.filigree.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DropoutMaskTest {

    private static float[] mask(long key, String module, int[] tokens, int width, double probability) {
        var mask = new float[tokens.length * width];
        var span = new Rows.Span(new Batch.Row(0, key, 0, tokens.length), 0, tokens);
        DropoutMask.fill(mask, 0, span, module, width, probability);
        return mask;
    }

    @Test
    void keepsTheShareAskedForAndScalesIt() {
        var tokens = IntStream.range(0, 1000).toArray();
        var mask = mask(7, "q_proj", tokens, 64, 0.3);
        var kept = 0;
        for (var value : mask) {
            if (value != 0) {
                assertThat(value).isEqualTo((float) (1 / 0.7));
                kept++;
            }
        }
        assertThat(kept / 64_000.0).isBetween(0.69, 0.71);
    }

    @Test
    void aTokensMaskDoesNotDependOnWhichOthersAreComputedWithIt() {
        var all = mask(7, "q_proj", IntStream.range(0, 10).toArray(), 7, 0.5);
        var some = mask(7, "q_proj", new int[] {3, 9}, 7, 0.5);
        assertThat(java.util.Arrays.copyOfRange(some, 0, 7)).isEqualTo(java.util.Arrays.copyOfRange(all, 21, 28));
        assertThat(java.util.Arrays.copyOfRange(some, 7, 14)).isEqualTo(java.util.Arrays.copyOfRange(all, 63, 70));
    }

    @Test
    void rowsAndModulesHaveMasksOfTheirOwn() {
        var tokens = new int[] {0, 1, 2, 3};
        assertThat(mask(7, "q_proj", tokens, 64, 0.5))
                .isNotEqualTo(mask(8, "q_proj", tokens, 64, 0.5))
                .isNotEqualTo(mask(7, "k_proj", tokens, 64, 0.5));
    }
}
