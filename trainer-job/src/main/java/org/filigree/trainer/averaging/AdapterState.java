package org.filigree.trainer.averaging;

/**
 * An adapter, or one unit of it, between steps: what its factors are, and AdamW's moments where those travel.
 *
 * @param values {@code [n]} in the order of the layout, or of the unit's tensors
 * @param first {@code [n]}, or empty
 * @param second {@code [n]}, or empty
 */
public record AdapterState(float[] values, float[] first, float[] second) {

    private static final float[] NONE = {};

    public static AdapterState of(float[] values) {
        return new AdapterState(values, NONE, NONE);
    }

    /** All zero. */
    public static AdapterState zero(int size, boolean moments) {
        return moments ? new AdapterState(new float[size], new float[size], new float[size]) : of(new float[size]);
    }
}
