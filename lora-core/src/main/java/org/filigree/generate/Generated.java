package org.filigree.generate;

/**
 * What a model said.
 *
 * @param tokens without the prompt and without the token that ended it
 */
public record Generated(int[] tokens, Stop stop) {

    /** Why it stopped. */
    public enum Stop {
        /** The model ended its text. */
        END,
        /** As many tokens as were asked for. */
        LENGTH,
        /** The model has no more positions. */
        POSITIONS
    }
}
