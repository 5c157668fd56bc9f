package org.filigree.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.filigree.engine.AdamWStep;
import org.filigree.engine.Kernels;

/** AdamW as torch.optim.AdamW's documentation has it, line by line, beside the kernel over several steps. */
final class AdamWReference {

    private static final double LR = 0.01;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.99;
    private static final double EPS = 1e-6;
    private static final double DECAY = 0.1;
    private static final double SCALE = 0.25;

    private AdamWReference() {}

    static void check(Kernels kernels) {
        try (var arena = kernels.arena()) {
            var type = kernels.masterType();
            float[] start = {0.5f, -1.25f, 2f};
            float[] slopes = {1f, -0.5f, 1e-3f};
            var parameter = arena.allocate(type, 3, 1);
            var gradient = arena.allocate(type, 3, 1);
            var m = arena.allocate(type, 3, 1);
            var v = arena.allocate(type, 3, 1);
            parameter.write(start, 0);
            m.write(new float[3], 0);
            v.write(new float[3], 0);
            var theta = new double[] {start[0], start[1], start[2]};
            var first = new double[3];
            var second = new double[3];
            for (var t = 1; t <= 5; t++) {
                var turn = t % 2 == 0 ? -1 : 1;
                gradient.write(new float[] {slopes[0] * turn, slopes[1] * t, slopes[2]}, 0);
                var g = gradient.read();
                kernels.adamW(parameter, gradient, m, v, new AdamWStep(t, LR, BETA1, BETA2, EPS, DECAY, SCALE));
                for (var i = 0; i < 3; i++) {
                    var gt = SCALE * g[i];
                    theta[i] = theta[i] - LR * DECAY * theta[i];
                    first[i] = BETA1 * first[i] + (1 - BETA1) * gt;
                    second[i] = BETA2 * second[i] + (1 - BETA2) * gt * gt;
                    var mHat = first[i] / (1 - Math.pow(BETA1, t));
                    var vHat = second[i] / (1 - Math.pow(BETA2, t));
                    theta[i] = theta[i] - LR * mHat / (Math.sqrt(vHat) + EPS);
                    assertThat((double) parameter.read()[i])
                            .as("element %d after step %d", i, t)
                            .isCloseTo(theta[i], Offset.offset(1e-6));
                }
                assertThat(gradient.read()).as("the gradient is left alone").isEqualTo(g);
            }
        }
    }
}
