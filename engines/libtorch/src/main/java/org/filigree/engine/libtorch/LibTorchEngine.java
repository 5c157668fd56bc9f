package org.filigree.engine.libtorch;

import java.io.IOException;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;
import org.filigree.engine.Engine;
import org.filigree.engine.EngineUnavailableException;
import org.filigree.engine.Kernels;
import org.filigree.engine.Processor;
import org.filigree.model.DataType;

/** The default engine: libtorch through JavaCPP, on CPU and, with its build, on CUDA. */
public final class LibTorchEngine implements Engine {

    /** What JavaCPP adds to the platform: nothing, or for CUDA (Maven profile {@code libtorch-cuda}). */
    private static final List<String> BUILDS = List.of("", "-gpu");

    private static final String CUDA = "cuda";

    private static final List<String> LIBRARIES =
            List.of("libc10.so", "libc10_cuda.so", "libtorch_cpu.so", "libtorch_cuda.so", "libtorch.so");

    @Override
    public String name() {
        return "libtorch";
    }

    @Override
    public int preference() {
        return 100;
    }

    @Override
    public Kernels open(String device, DataType computeType, int threads) {
        if (computeType != DataType.FLOAT32 && computeType != DataType.BFLOAT16) {
            throw new EngineUnavailableException(
                    "engine libtorch computes in float32 or bfloat16, not in " + computeType);
        }
        if (threads <= 0) {
            throw new EngineUnavailableException("engine libtorch: threads must be positive, found " + threads);
        }
        load();
        var onGpu = device.startsWith(CUDA);
        if (onGpu) {
            requireGpu(device, gpus());
            // Sums of bfloat16 products stay in float32, as on a CPU; cuBLAS would round parts of them.
            torch.globalContext().setAllowBF16ReductionCuBLAS(false);
        }
        Threads.set(threads);
        try {
            return new LibTorchKernels(
                    new Device(device),
                    computeType,
                    onGpu ? 1 : threads,
                    LibTorchFingerprint.of(device, computeType, threads));
        } catch (IOException e) {
            throw new EngineUnavailableException("engine libtorch: its jars say no version: " + e.getMessage(), e);
        }
    }

    /** @throws EngineUnavailableException when there is no such GPU among {@code gpus} */
    static void requireGpu(String device, int gpus) {
        if (gpus == 0) {
            throw new EngineUnavailableException(
                    "device %s: no GPU that libtorch can use (Maven profile libtorch-cuda, CUDA 13 with cuDNN 9 and NCCL on the library path and a driver are needed)"
                            .formatted(device));
        }
        var number = device.equals(CUDA) ? "0" : device.substring(Math.min(device.length(), CUDA.length() + 1));
        if (!number.matches("\\d{1,3}") || Integer.parseInt(number) >= gpus) {
            throw new EngineUnavailableException(
                    "device %s is not there: wanted cuda, or cuda:0 to cuda:%d, as libtorch counts"
                            .formatted(device, gpus - 1));
        }
    }

    @Override
    public int gpus() {
        load();
        return torch.cuda_is_available() ? (int) torch.cuda_device_count() : 0;
    }

    /**
     * Without a limit JavaCPP no longer reads the process's size from the kernel at every new pointer, thousands of times
     * a step; and its own limit, four heaps, says nothing of what the native side may take.
     */
    private static void liftJavaCppLimit() {
        var limit = "org.bytedeco.javacpp.maxPhysicalBytes";
        if (System.getProperty(limit) == null) {
            System.setProperty(limit, "0");
        }
    }

    private static void load() {
        liftJavaCppLimit();
        try {
            extract();
            Loader.load(openblas.class);
            Loader.load(torch.class);
        } catch (UnsatisfiedLinkError e) {
            throw new EngineUnavailableException(
                    "engine libtorch: its natives do not load on " + Loader.getPlatform() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Unpacks libtorch_cpu before anything loads. JavaCPP unpacks libraries as it loads them, and libtorch.so, loaded
     * first, needs libtorch_cpu.so beside it: with an empty cache the JVM dies in its static initialisers.
     */
    private static void extract() {
        try {
            for (var build : BUILDS) {
                for (var library : LIBRARIES) {
                    var packed = LibTorchEngine.class.getResource(
                            "/org/bytedeco/pytorch/%s%s/%s".formatted(Loader.getPlatform(), build, library));
                    if (packed != null) {
                        Loader.cacheResource(packed);
                    }
                }
            }
        } catch (IOException e) {
            throw new EngineUnavailableException(
                    "engine libtorch: its natives cannot be unpacked into JavaCPP's cache: " + e.getMessage(), e);
        }
    }

    @Override
    public ComputeChoice bestComputeType(String device, DataType wanted) {
        if (wanted != DataType.BFLOAT16) {
            return new ComputeChoice(DataType.FLOAT32, "float32 as asked");
        }
        if (device.startsWith(CUDA)) {
            return new ComputeChoice(DataType.BFLOAT16, "bfloat16 on " + device);
        }
        var cpu = Processor.local();
        return cpu.hasBfloat16Products()
                ? new ComputeChoice(DataType.BFLOAT16, "bfloat16: the CPU multiplies it")
                : new ComputeChoice(
                        DataType.FLOAT32,
                        "float32 instead of bfloat16: %s has neither AVX512_BF16 nor AMX, where bfloat16 is slower"
                                .formatted(cpu.model()));
    }
}
