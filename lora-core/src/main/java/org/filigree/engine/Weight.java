package org.filigree.engine;

/** A linear layer's matrix as a kernel reads it. A quantised base becomes another permitted form. */
public sealed interface Weight {

    int inFeatures();

    int outFeatures();

    /**
     * @param values {@code [out, in]}, or {@code [in, out]} when {@code inputMajor} (GPT-2's Conv1D); kept as stored so
     *     that nothing is transposed on load
     */
    record Dense(Buffer values, boolean inputMajor) implements Weight {
        @Override
        public int inFeatures() {
            return inputMajor ? values.rows() : values.columns();
        }

        @Override
        public int outFeatures() {
            return inputMajor ? values.columns() : values.rows();
        }
    }
}
