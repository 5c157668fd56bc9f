package org.filigree.trainer.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.filigree.trainer.averaging.WorkerSum.Part;
import org.junit.jupiter.api.Test;

class AveragingTest {

    @Test
    void theSumDoesNotDependOnWhoAnsweredFirst() {
        // In fp64, 0x1p57 + 1 - 0x1p57 is 0 and 0x1p57 - 0x1p57 + 1 is 1: the order shows.
        var a = new Part(0, new float[] {0x1p57f}, 1);
        var b = new Part(1, new float[] {-0x1p57f}, 1);
        var c = new Part(2, new float[] {1}, 1);
        assertThat(WorkerSum.sum(List.of(c, a, b))).containsExactly(1);
        assertThat(WorkerSum.sum(List.of(a, c, b))).containsExactly(1);
    }

    @Test
    void deltasCountByTheirTokens() {
        var mean = WorkerSum.mean(List.of(new Part(0, new float[] {1}, 30), new Part(1, new float[] {5}, 10)));
        assertThat(mean).containsExactly(2);
    }

    @Test
    void aWorkerCountedTwiceIsRefused() {
        var part = new Part(0, new float[1], 1);
        assertThatThrownBy(() -> WorkerSum.sum(List.of(part, part)))
                .hasMessageContaining("worker 1 is missing or twice");
    }

    @Test
    void nesterovIsPyTorchsSgdOnTheNegativeDelta() {
        // torch.optim.SGD(lr=0.7, momentum=0.9, nesterov=True) from 1.0 with gradients -0.5 and 0.25.
        var values = new float[] {1};
        var momentum = new float[1];
        var outer = new OuterOptimizer.Nesterov(0.7, 0.9);
        outer.apply(values, new float[] {0.5f}, momentum);
        assertThat(values[0]).isCloseTo(1.665f, within(1e-6f));
        outer.apply(values, new float[] {-0.25f}, momentum);
        assertThat(values[0]).isCloseTo(1.616f, within(1e-6f));
    }
}
