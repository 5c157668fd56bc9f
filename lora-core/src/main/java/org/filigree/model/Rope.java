package org.filigree.model;

/**
 * Rotary position embedding (arXiv 2104.09864) as a table: the angle of position {@code p} and pair {@code i} is
 * {@code p * frequencies[i]}.
 *
 * @param frequencies {@code headDim / 2} inverse frequencies, scaling (linear, Llama 3) already applied
 */
public record Rope(int headDim, double[] frequencies) {

    public Rope {
        if (frequencies.length != headDim / 2) {
            throw new IllegalArgumentException("head dimension " + headDim + " wants " + headDim / 2
                    + " frequencies, found " + frequencies.length);
        }
    }
}
