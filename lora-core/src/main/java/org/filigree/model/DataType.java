package org.filigree.model;

/** How one number is stored. Arithmetic inside a kernel may be wider, never narrower. */
public enum DataType {
    FLOAT64(8),
    FLOAT32(4),
    BFLOAT16(2),
    /** Storage only: weights may arrive as float16, nothing computes in it. */
    FLOAT16(2);

    private final int bytes;

    DataType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }
}
