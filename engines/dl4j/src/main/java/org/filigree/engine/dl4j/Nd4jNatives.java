package org.filigree.engine.dl4j;

import java.io.IOException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.openblas.global.openblas;
import org.filigree.engine.EngineUnavailableException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.cpu.nativecpu.CpuBackend;
import org.nd4j.linalg.factory.Nd4jBackend;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.OpaqueDataBuffer;

/**
 * ND4J's backend and OpenBLAS, loaded once a JVM. ND4J is entered below {@code Nd4j}, whose static initialiser takes
 * seconds and sets threads by itself: the backend, its native operations, nothing else.
 */
final class Nd4jNatives {

    private static final int FLOAT = DataType.FLOAT.toInt();

    private static final int ERF = new Erf().opNum();

    private static Nd4jNatives loaded;

    private final Nd4jBackend backend;
    private final NativeOps ops;
    private final Map<Integer, LongPointer> shapes = new ConcurrentHashMap<>();

    private Nd4jNatives(Nd4jBackend backend, NativeOps ops) {
        this.backend = backend;
        this.ops = ops;
    }

    /** @throws EngineUnavailableException in one line, where the natives do not load */
    static synchronized Nd4jNatives load() {
        if (loaded == null) {
            try {
                // First, so that ND4J's library finds the OpenBLAS of the class path and not the machine's.
                Loader.load(openblas.class);
                // By name: with the CUDA backend beside it ND4J would choose that one.
                var backend = new CpuBackend();
                loaded = new Nd4jNatives(backend, open(backend));
            } catch (ReflectiveOperationException | IOException | LinkageError e) {
                throw new EngineUnavailableException(
                        "engine dl4j: ND4J's natives do not load on %s: %s".formatted(Loader.getPlatform(), rootOf(e)),
                        e);
            }
        }
        return loaded;
    }

    /** A backend's native operations, its library loaded. */
    static NativeOps open(Nd4jBackend backend) throws ReflectiveOperationException, IOException {
        var properties = new Properties();
        try (var file = backend.getConfigurationResource().getInputStream()) {
            properties.load(file);
        }
        var ops = Class.forName(properties.getProperty("native.ops"))
                .asSubclass(NativeOps.class)
                .getDeclaredConstructor()
                .newInstance();
        ops.initializeDevicesAndFunctions();
        return ops;
    }

    /** The first line of what was wrong at the bottom of it. */
    static String rootOf(Throwable failure) {
        var root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    }

    /** Native calls keep to their caller's thread; {@link Workers} are the threads. */
    void singleThreaded() {
        backend.getEnvironment().setMaxThreads(1);
        backend.getEnvironment().setMaxMasterThreads(1);
        ops.setOmpNumThreads(1);
        openblas.blas_set_num_threads(1);
    }

    /** What a library says of itself. */
    static String version(String group, String artifact) {
        try {
            return Loader.getVersion(group, artifact);
        } catch (IOException e) {
            return "of unknown version";
        }
    }

    /** ND4J's handle of memory that it does not own. */
    OpaqueDataBuffer buffer(FloatPointer memory, long elements) {
        return ops.dbCreateExternalDataBuffer(elements, FLOAT, memory, null);
    }

    void pointAt(OpaqueDataBuffer buffer, FloatPointer place, int elements) {
        ops.dbSetPrimaryBuffer(buffer, place, elements);
    }

    void release(OpaqueDataBuffer buffer) {
        ops.deleteDataBuffer(buffer);
    }

    /** The error function, in place. */
    void erf(OpaqueDataBuffer buffer, int elements) {
        var shape = shapes.computeIfAbsent(elements, this::shape);
        ops.execTransformStrict(null, ERF, buffer, shape, null, buffer, shape, null, null);
    }

    private LongPointer shape(int elements) {
        try (var lengths = new LongPointer(new long[] {elements});
                var strides = new LongPointer(new long[] {1})) {
            var constant = ops.shapeBuffer(1, lengths, strides, FLOAT, 'c', 1, false);
            return new LongPointer(ops.getConstantShapeBufferPrimary(constant));
        }
    }
}
