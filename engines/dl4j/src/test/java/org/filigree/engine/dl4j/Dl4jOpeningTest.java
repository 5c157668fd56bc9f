package org.filigree.engine.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ServiceLoader;
import org.filigree.engine.Engine;
import org.filigree.engine.EngineUnavailableException;
import org.filigree.engine.OutOfEngineMemoryException;
import org.filigree.model.DataType;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4jBackend;

class Dl4jOpeningTest {

    private final Engine engine = new Dl4jEngine();

    @Test
    void isFoundByServiceLoader() {
        assertThat(ServiceLoader.load(Engine.class)).hasAtLeastOneElementOfType(Dl4jEngine.class);
    }

    /** The reason depends on the build: the profile dl4j-cuda brings the backend, which then wants a GPU. */
    @Test
    void devicesThatAreNotThereAreRefusedWithTheReason() {
        var refusal =
                catchThrowable(() -> engine.open("cuda", DataType.FLOAT32, 2).close());
        if (engine.gpus() > 0) {
            assertThat(refusal).isNull();
        } else if (cudaBackendIsThere()) {
            assertThat(refusal)
                    .isInstanceOf(EngineUnavailableException.class)
                    .hasMessageStartingWith("engine dl4j: device cuda: ")
                    .hasMessageNotContaining("class path");
        } else {
            assertThat(refusal)
                    .isInstanceOf(EngineUnavailableException.class)
                    .hasMessage("engine dl4j: device cuda: ND4J's CUDA backend is not on the class path"
                            + " (Maven profile dl4j-cuda)");
        }
    }

    @Test
    void kindsOfDevicesThatThereAreNotAreRefused() {
        assertThatThrownBy(() -> engine.open("tpu", DataType.FLOAT32, 2))
                .hasMessageContaining("there are cpu and cuda");
    }

    private static boolean cudaBackendIsThere() {
        return ServiceLoader.load(Nd4jBackend.class).stream()
                .anyMatch(backend -> backend.type().getName().contains(".jcublas."));
    }

    @Test
    void gpusNewerThanTheBinaryAreRefusedByName() {
        assertThat(Gpus.verdict("NVIDIA H100", 9, 0))
                .isEqualTo("NVIDIA H100 is sm_90; ND4J's CUDA 11.6 build has code up to sm_86 and none for later ones");
        assertThat(Gpus.verdict("NVIDIA L4", 8, 9)).contains("sm_89");
        assertThat(Gpus.verdict("NVIDIA A10", 8, 6)).isNull();
    }

    @Test
    void aSecondThreadCountIsRefused() {
        engine.open("cpu", DataType.FLOAT32, 2).close();
        assertThatThrownBy(() -> engine.open("cpu", DataType.FLOAT32, 1))
                .isInstanceOf(EngineUnavailableException.class)
                .hasMessage("engine dl4j runs with 2 threads in this JVM already; 1 were asked for");
        assertThatThrownBy(() -> engine.open("cpu", DataType.FLOAT32, 0)).hasMessageContaining("found 0");
    }

    @Test
    void anArenaWithoutRoomSaysSoAndStaysUsable() {
        try (var kernels = engine.open("cpu", DataType.FLOAT32, 2);
                var arena = kernels.arena()) {
            assertThatThrownBy(() -> arena.allocate(DataType.FLOAT32, Integer.MAX_VALUE, Integer.MAX_VALUE))
                    .isInstanceOf(OutOfEngineMemoryException.class)
                    .hasMessageContaining("no room for [2147483647, 2147483647] of FLOAT32");
            assertThat(arena.bytes()).isZero();
            assertThat(arena.allocate(DataType.FLOAT32, 1, 2).read()).hasSize(2);
        }
    }
}
