package org.filigree.engine.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.nd4j.evaluation.EvaluationAveraging;
import org.nd4j.evaluation.classification.Evaluation;

/** Against values worked out by hand from scikit-learn's definitions. */
class TaskMetricsTest {

    @Test
    void twoClasses() {
        // Three true positives, one false positive, two false negatives, four true negatives.
        var metrics = TaskMetrics.ofClasses(
                new int[] {1, 1, 1, 0, 1, 1, 0, 0, 0, 0}, new int[] {1, 1, 1, 1, 0, 0, 0, 0, 0, 0}, 2);
        assertThat(metrics.accuracy()).isCloseTo(0.7, within(1e-12));
        assertThat(metrics.f1()).isCloseTo(2.0 * 3 / (2 * 3 + 1 + 2), within(1e-12));
        assertThat(metrics.matthewsCorrelation())
                .isCloseTo((3.0 * 4 - 1 * 2) / Math.sqrt(4.0 * 5 * 5 * 6), within(1e-12));
    }

    private static final int[] LABELS = {0, 0, 1, 1, 2, 2};
    private static final int[] PREDICTIONS = {0, 1, 1, 1, 2, 0};

    @Test
    void threeClasses() {
        var metrics = TaskMetrics.ofClasses(LABELS, PREDICTIONS, 3);
        assertThat(metrics.accuracy()).isCloseTo(4.0 / 6, within(1e-12));
        // 1/2, 4/5 and 2/3.
        assertThat(metrics.f1()).isCloseTo((1 / 2.0 + 4 / 5.0 + 2 / 3.0) / 3, within(1e-12));
        // c = 4, s = 6, predicted (2, 3, 1), actual (2, 2, 2): (24 - 12) / sqrt((36 - 14)(36 - 12)).
        assertThat(metrics.matthewsCorrelation()).isCloseTo(12 / Math.sqrt(22.0 * 24), within(1e-12));
    }

    @Test
    void deeplearning4jsOwnAveragesDiffer() {
        var three = new Evaluation(3);
        var four = new Evaluation(4);
        for (var i = 0; i < LABELS.length; i++) {
            three.eval(PREDICTIONS[i], LABELS[i]);
            four.eval(PREDICTIONS[i], LABELS[i]);
        }
        assertThat(three.matthewsCorrelation(EvaluationAveraging.Macro))
                .isNotCloseTo(12 / Math.sqrt(22.0 * 24), within(1e-3));
        assertThat(four.f1()).as("a fourth class is left out").isCloseTo(three.f1(), within(1e-12));
        assertThat(TaskMetrics.ofClasses(LABELS, PREDICTIONS, 4).f1()).isCloseTo(three.f1() * 3 / 4, within(1e-12));
    }

    @Test
    void oneClassPredictedThroughoutCorrelatesWithNothing() {
        assertThat(TaskMetrics.ofClasses(new int[] {0, 1, 2}, new int[] {1, 1, 1}, 3)
                        .matthewsCorrelation())
                .isZero();
        assertThat(TaskMetrics.ofClasses(new int[] {0, 1, 1}, new int[] {1, 1, 1}, 2)
                        .matthewsCorrelation())
                .isZero();
    }

    @Test
    void pearson() {
        // Deviations (-1.5, -0.5, 0.5, 1.5) and (-2, 0, -1, 3): 7 / sqrt(5 * 14).
        assertThat(TaskMetrics.pearsonCorrelation(new double[] {1, 2, 3, 4}, new double[] {1, 3, 2, 6}))
                .isCloseTo(7 / Math.sqrt(5.0 * 14), within(1e-12));
    }

    @Test
    void labelsWithoutPredictionsAreRefused() {
        assertThatThrownBy(() -> TaskMetrics.ofClasses(new int[] {1}, new int[0], 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1 labels and 0 predictions");
    }
}
