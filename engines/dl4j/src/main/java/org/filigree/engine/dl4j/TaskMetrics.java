package org.filigree.engine.dl4j;

import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.evaluation.regression.RegressionEvaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Scores of classification and regression tasks by Deeplearning4j's evaluation classes, where they mean what
 * scikit-learn's functions of the same name mean. They do not where
 *
 * <ul>
 *   <li>{@code Evaluation.f1()} of three classes or more leaves out a class that neither occurs nor is predicted; the macro
 *       average counts it as 0. Here the average is taken over all classes.
 *   <li>{@code Evaluation.matthewsCorrelation(EvaluationAveraging)} of three classes or more averages one class against
 *       the rest; the definition (Gorodkin 2004) is of the whole confusion matrix. Here it is computed from its counts.
 *   <li>{@code Evaluation.matthewsCorrelation(1)} is not a number where a class is never predicted or never occurs; the
 *       convention is 0.
 * </ul>
 */
final class TaskMetrics {

    private final Evaluation evaluation;
    private final int classes;

    private TaskMetrics(Evaluation evaluation, int classes) {
        this.evaluation = evaluation;
        this.classes = classes;
    }

    static TaskMetrics ofClasses(int[] labels, int[] predictions, int classes) {
        if (labels.length != predictions.length || labels.length == 0) {
            throw new IllegalArgumentException(
                    "%d labels and %d predictions".formatted(labels.length, predictions.length));
        }
        var evaluation = new Evaluation(classes);
        for (var i = 0; i < labels.length; i++) {
            evaluation.eval(predictions[i], labels[i]);
        }
        return new TaskMetrics(evaluation, classes);
    }

    double accuracy() {
        return evaluation.accuracy();
    }

    /** Of class 1 where there are two; else the unweighted mean over the classes. */
    double f1() {
        if (classes == 2) {
            return evaluation.f1(1);
        }
        var sum = 0.0;
        for (var c = 0; c < classes; c++) {
            sum += evaluation.f1(c);
        }
        return sum / classes;
    }

    double matthewsCorrelation() {
        if (classes > 2) {
            return ofWholeMatrix();
        }
        var ofClassOne = evaluation.matthewsCorrelation(1);
        return Double.isNaN(ofClassOne) ? 0 : ofClassOne;
    }

    private double ofWholeMatrix() {
        var confusion = evaluation.getConfusion();
        var all = 0.0;
        var correct = 0.0;
        var together = 0.0;
        var predictedSquares = 0.0;
        var actualSquares = 0.0;
        for (var c = 0; c < classes; c++) {
            double predicted = confusion.getPredictedTotal(c);
            double actual = confusion.getActualTotal(c);
            all += actual;
            correct += confusion.getCount(c, c);
            together += predicted * actual;
            predictedSquares += predicted * predicted;
            actualSquares += actual * actual;
        }
        var size = Math.sqrt((all * all - predictedSquares) * (all * all - actualSquares));
        return size == 0 ? 0 : (correct * all - together) / size;
    }

    static double pearsonCorrelation(double[] labels, double[] predictions) {
        var evaluation = new RegressionEvaluation(1);
        evaluation.eval(column(labels), column(predictions));
        return evaluation.pearsonCorrelation(0);
    }

    private static INDArray column(double[] values) {
        return Nd4j.createFromArray(values).castTo(DataType.DOUBLE).reshape(values.length, 1);
    }
}
