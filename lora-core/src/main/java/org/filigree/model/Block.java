package org.filigree.model;

import java.util.List;

/**
 * A part of the model between two boundaries: what the tape keeps, recomputes and plans as one.
 *
 * @param name for messages, such as {@code model.layers.3}
 * @param input the boundary activation read, {@code [N, width]}; null for the first block, which reads the tokens
 * @param output the boundary activation written, which the next block reads under the name of its own input; differs
 *     from {@code input}, since names are written once
 */
public record Block(String name, String input, String output, List<Op> ops) {

    public Block {
        ops = List.copyOf(ops);
        if (output.equals(input)) {
            throw new IllegalArgumentException("block " + name + " calls both its boundaries " + input);
        }
    }
}
