package org.filigree.engine;

import java.util.List;
import org.filigree.model.Op;

/** How the tape runs one kind of op, forward and backward, with the frame's buffers. Stateless. */
interface OpRunner<O extends Op> {

    void forward(O op, Frame frame);

    /** Reads the gradients of the outputs, writes or adds those of the inputs that are wanted. */
    void backward(O op, Frame frame);

    /** Activations that backward reads. */
    List<String> saved(O op, boolean trains);

    /** Whether forward keeps more than activations (statistics, low-rank products), so that it must run again. */
    default boolean keepsAside(O op) {
        return false;
    }
}
