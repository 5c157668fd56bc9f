package org.filigree.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.filigree.lora.LearningRate.Shape;
import org.junit.jupiter.api.Test;

class LearningRateTest {

    @Test
    void warmUpBeginsAtZeroAndReachesThePeakAtItsEnd() {
        for (var shape : Shape.values()) {
            var rate = new LearningRate(shape, 0.005, 4, 20);
            assertThat(rate.at(0)).isZero();
            assertThat(rate.at(2)).isEqualTo(0.0025);
            assertThat(rate.at(4)).isEqualTo(0.005);
        }
    }

    @Test
    void constantStaysAtThePeak() {
        assertThat(new LearningRate(Shape.CONSTANT, 0.01, 0, 10).at(0)).isEqualTo(0.01);
        assertThat(new LearningRate(Shape.CONSTANT, 0.01, 2, 10).at(99)).isEqualTo(0.01);
    }

    @Test
    void linearFallsToZeroAtTheLastStepAndStaysThere() {
        var rate = new LearningRate(Shape.LINEAR, 0.01, 10, 30);
        assertThat(rate.at(15)).isCloseTo(0.0075, within(1e-15));
        assertThat(rate.at(30)).isZero();
        assertThat(rate.at(31)).isZero();
    }

    @Test
    void cosineFallsAsHalfACosine() {
        var rate = new LearningRate(Shape.COSINE, 0.005, 4, 20);
        assertThat(rate.at(8)).isCloseTo(0.005 * (1 + Math.sqrt(0.5)) / 2, within(1e-15));
        assertThat(rate.at(12)).isCloseTo(0.0025, within(1e-15));
        assertThat(rate.at(20)).isCloseTo(0, within(1e-15));
    }
}
