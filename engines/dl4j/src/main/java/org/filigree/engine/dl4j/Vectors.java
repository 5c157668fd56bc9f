package org.filigree.engine.dl4j;

/** Loops over arrays. Sums run four side by side: one alone waits for itself at every element. */
final class Vectors {

    private Vectors() {}

    static double sum(float[] values, int from, int count) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        var i = from;
        var end = from + count;
        for (; i + 3 < end; i += 4) {
            s0 += values[i];
            s1 += values[i + 1];
            s2 += values[i + 2];
            s3 += values[i + 3];
        }
        for (; i < end; i++) {
            s0 += values[i];
        }
        return s0 + s1 + (s2 + s3);
    }

    static double squares(float[] values, int count, float mean) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        var i = 0;
        for (; i + 3 < count; i += 4) {
            s0 += square(values[i] - mean);
            s1 += square(values[i + 1] - mean);
            s2 += square(values[i + 2] - mean);
            s3 += square(values[i + 3] - mean);
        }
        for (; i < count; i++) {
            s0 += square(values[i] - mean);
        }
        return s0 + s1 + (s2 + s3);
    }

    private static double square(double value) {
        return value * value;
    }

    static double dot(float[] a, float[] b, int count) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        var i = 0;
        for (; i + 3 < count; i += 4) {
            s0 += (double) a[i] * b[i];
            s1 += (double) a[i + 1] * b[i + 1];
            s2 += (double) a[i + 2] * b[i + 2];
            s3 += (double) a[i + 3] * b[i + 3];
        }
        for (; i < count; i++) {
            s0 += (double) a[i] * b[i];
        }
        return s0 + s1 + (s2 + s3);
    }

    /** Not a number where one of them is not. */
    static float largest(float[] values, int from, int count) {
        var most = Float.NEGATIVE_INFINITY;
        for (var i = from; i < from + count; i++) {
            most = Math.max(most, values[i]);
        }
        return most;
    }

    static void multiply(float[] values, float[] by, int count) {
        for (var i = 0; i < count; i++) {
            values[i] *= by[i];
        }
    }
}
