package org.filigree.engine.dl4j;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.filigree.engine.OutOfEngineMemoryException;
import org.nd4j.nativeblas.OpaqueDataBuffer;

/**
 * Temporary memory of one part of a kernel, grown as needed and used again, and the transcendental functions over it.
 *
 * <p>ND4J remembers every shape it meets for good (deeplearning4j#7148) and frees arrays with the garbage collector. So
 * there are no arrays of its here: its native operation gets one buffer that is pointed at the memory, and lengths are
 * rounded up to a power of two, of which there are few.
 */
final class Scratch implements AutoCloseable {

    /** Most elements that one call of ND4J gets: they stay in the first caches. */
    private static final int PIECE = 1 << 13;

    private static final int SMALLEST = 1 << 6;

    private static final int ARRAYS = 6;

    private final Nd4jNatives natives;
    private final Exponentials exponentials = new Exponentials();
    private final float[][] arrays = new float[ARRAYS][0];
    private FloatPointer memory;
    private FloatBuffer values;
    private OpaqueDataBuffer operand;

    Scratch(Nd4jNatives natives) {
        this.natives = natives;
    }

    /** At least so many floats of whatever content; what was there before is gone if there were fewer. */
    FloatPointer memory(int count) {
        var wanted = rounded(count);
        if (memory == null || memory.capacity() < wanted) {
            close();
            var fresh = Pointer.malloc((long) wanted * Float.BYTES);
            if (fresh == null || fresh.isNull()) {
                throw new OutOfEngineMemoryException(
                        "no room for %d MiB inside a kernel".formatted(((long) wanted * Float.BYTES) >> 20));
            }
            memory = new FloatPointer(fresh).capacity(wanted);
            values = memory.asBuffer();
            operand = natives.buffer(memory, wanted);
        }
        return memory;
    }

    /** The same memory for Java code. */
    FloatBuffer values(int count) {
        memory(count);
        return values;
    }

    /** One of several arrays of at least so many floats, of whatever content. */
    float[] array(int which, int count) {
        if (arrays[which].length < count) {
            arrays[which] = new float[rounded(count)];
        }
        return arrays[which];
    }

    /** e to the power of each, in place. */
    void exp(float[] array, int count) {
        exponentials.exp(array, count);
    }

    /** The error function, in place: ND4J's, on lengths that are powers of two, so that a few are computed in vain. */
    void erf(float[] array, int count) {
        values(count).put(0, array, 0, count);
        for (var from = 0; from < count; from += PIECE) {
            var length = Math.min(PIECE, rounded(count - from));
            natives.pointAt(operand, at(from), length);
            natives.erf(operand, length);
        }
        values.get(0, array, 0, count);
    }

    /** A pointer of that address, not of that position: as a plain {@code void*} JavaCPP counts positions in bytes. */
    FloatPointer at(int position) {
        return memory.getPointer(position);
    }

    private static int rounded(int count) {
        return count <= SMALLEST ? SMALLEST : Math.max(SMALLEST, Integer.highestOneBit(count - 1) << 1);
    }

    @Override
    public void close() {
        if (memory != null) {
            natives.release(operand);
            Pointer.free(memory);
            memory = null;
            values = null;
        }
    }
}
