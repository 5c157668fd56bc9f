package org.filigree.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AdamWTest {

    private static final AdamW ADAM_W = new AdamW(0.9, 0.95, 1e-8, 0.1);

    /** torch.optim.AdamW (1.13) in float64 after clip_grad_norm_([p], 1.0), lr 0.01. */
    private static final double[][] PYTORCH = {
        {0.4895000001666667, -1.238750000125, 1.998},
        {0.4810823412308889, -1.2327635913340234, 2.003351599680931},
        {0.4718048942325575, -1.2322304197920404, 1.9983884898869664}
    };

    private static final float[][] GRADIENTS = {{3, -4, 0}, {0.1f, 0.2f, -0.3f}, {1, 1, 1}};

    @Test
    void threeClippedStepsArePyTorchs() {
        var values = new float[] {0.5f, -1.25f, 2f};
        var moments = AdamW.Moments.zero(3);
        for (var step = 0; step < 3; step++) {
            var gradients = GRADIENTS[step];
            var factor = GradientClip.factor(GradientClip.norm(gradients), 1);
            ADAM_W.update(values, gradients, moments, factor, 0.01, step + 1);
            for (var i = 0; i < 3; i++) {
                assertThat((double) values[i]).isCloseTo(PYTORCH[step][i], within(5e-7));
            }
        }
    }

    @Test
    void theScaleMakesAMeanOfASum() {
        var mean = new float[] {1};
        var sum = new float[] {1};
        ADAM_W.update(mean, new float[] {0.25f}, AdamW.Moments.zero(1), 1, 0.01, 1);
        ADAM_W.update(sum, new float[] {2}, AdamW.Moments.zero(1), 1.0 / 8, 0.01, 1);
        assertThat(sum).containsExactly(mean);
    }

    @Test
    void gradientsOfAnotherLengthAreRefused() {
        assertThatThrownBy(() -> ADAM_W.update(new float[2], new float[3], AdamW.Moments.zero(2), 1, 0.1, 1))
                .hasMessage("lengths differ: 2 values, 3 gradients, 2 moments");
    }

    @Test
    void clippingShrinksLongGradientsAndLeavesShortOnes() {
        assertThat(GradientClip.norm(new float[] {3, -4})).isEqualTo(5);
        assertThat(GradientClip.factor(5, 1)).isEqualTo(1 / 5.000001);
        assertThat(GradientClip.factor(0.5, 1)).isEqualTo(1);
        assertThat(GradientClip.factor(5, 0)).isEqualTo(1);
    }
}
