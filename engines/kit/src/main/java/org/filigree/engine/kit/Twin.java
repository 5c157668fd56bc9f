package org.filigree.engine.kit;

import org.filigree.engine.Buffer;

/**
 * One operand twice: in the memory of the engine on trial, and, with the very same values, in the judge's.
 *
 * @param name for messages: what it is called in the kernel's signature
 */
record Twin(String name, Buffer tried, Buffer judged) {

    Twin rows(int from, int count) {
        return new Twin(name, tried.rows(from, count), judged.rows(from, count));
    }

    Twin columns(int from, int count) {
        return new Twin(name, tried.columns(from, count), judged.columns(from, count));
    }
}
