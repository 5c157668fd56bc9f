package org.filigree.benchmarks;

import java.util.List;

/** What of several measurements is told. */
final class Medians {

    private Medians() {}

    static double of(List<Double> values) {
        return quantile(values, 0.5);
    }

    /** @param part below it, of all */
    static double quantile(List<Double> values, double part) {
        var sorted = values.stream().mapToDouble(v -> v).sorted().toArray();
        return sorted[(int) (part * sorted.length)];
    }
}
