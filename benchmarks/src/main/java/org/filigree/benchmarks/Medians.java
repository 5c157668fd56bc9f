package org.filigree.benchmarks;

import java.util.List;

/** What of several measurements is told. */
final class Medians {

    private Medians() {}

    static double of(List<Double> values) {
        var sorted = values.stream().mapToDouble(v -> v).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
