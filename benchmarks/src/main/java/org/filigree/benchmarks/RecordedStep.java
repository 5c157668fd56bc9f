package org.filigree.benchmarks;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.spark.TaskContext;
import org.filigree.engine.Arena;
import org.filigree.engine.Buffer;
import org.filigree.engine.Fingerprint;
import org.filigree.engine.Kernels;
import org.filigree.lora.CounterRandom;
import org.filigree.model.DataType;

/**
 * NOT AN ENGINE: kernels that compute nothing. An update adds a recorded change instead of AdamW's, from a table, begun at
 * another place by each worker. Everything above the kernels is the trainer's own. Only buffers that are written have
 * memory: the adapter's values.
 */
final class RecordedStep {

    private static final String NAME = "recorded-step computes nothing";

    /** What AdamW changes a value by in eight steps at a rate of 2e-4, about. */
    private static final double CHANGE = 1e-3;

    private static final int TABLE = 1 << 20;
    private static final long WORKERS_APART = 7919;
    private static final double LOSS = 2;

    private RecordedStep() {}

    static Kernels kernels() {
        var table = new float[TABLE];
        for (var i = 0; i < TABLE; i++) {
            table[i] = (float) ((CounterRandom.uniform(1, i) - 0.5) * CHANGE);
        }
        InvocationHandler recorded = (proxy, method, arguments) -> switch (method.getName()) {
            case "computeType" -> DataType.FLOAT32;
            case "fingerprint" -> Fingerprint.of(NAME);
            case "toString" -> NAME;
            case "arena" -> new Unfilled();
            case "sumOfSquares" -> 1.0;
            case "crossEntropy" -> {
                Arrays.fill((double[]) arguments[2], LOSS);
                yield null;
            }
            case "adamW" -> {
                ((Matrix) arguments[0]).add(table, TaskContext.getPartitionId());
                yield null;
            }
            default -> method.isDefault() ? InvocationHandler.invokeDefault(proxy, method, arguments) : null;
        };
        return (Kernels)
                Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, recorded);
    }

    private static final class Unfilled implements Arena {
        @Override
        public Buffer allocate(DataType type, int rows, int columns) {
            return new Matrix(new float[1][], 0, type, rows, columns);
        }

        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public void close() {}
    }

    /** @param memory one array, of all elements, once something is written */
    private record Matrix(float[][] memory, int offset, DataType type, int rows, int columns) implements Buffer {

        void add(float[] table, int worker) {
            var values = memory[0];
            var place = worker * WORKERS_APART;
            for (var i = 0; i < values.length; i++) {
                values[i] += table[(int) (place + i) & TABLE - 1];
            }
        }

        @Override
        public Buffer rows(int from, int count) {
            return new Matrix(memory, offset + from * columns, type, count, columns);
        }

        @Override
        public Buffer columns(int from, int count) {
            return new Matrix(memory, offset, type, rows, count);
        }

        @Override
        public Buffer reshape(int toRows, int toColumns) {
            return new Matrix(memory, offset, type, toRows, toColumns);
        }

        @Override
        public void write(float[] values, int from) {
            if (memory[0] == null) {
                memory[0] = new float[rows * columns];
            }
            System.arraycopy(values, from, memory[0], offset, rows * columns);
        }

        /** Weights of the base: nothing reads them. */
        @Override
        public void write(ByteBuffer bytes, DataType stored) {}

        @Override
        public void read(float[] into, int at) {
            if (memory[0] == null) {
                Arrays.fill(into, at, at + rows * columns, 0);
            } else {
                System.arraycopy(memory[0], offset, into, at, rows * columns);
            }
        }
    }
}
