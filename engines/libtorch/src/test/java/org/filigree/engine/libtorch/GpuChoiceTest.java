package org.filigree.engine.libtorch;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.filigree.engine.EngineUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GpuChoiceTest {

    @ParameterizedTest
    @ValueSource(strings = {"cuda", "cuda:0", "cuda:1"})
    void oneOfTwoGpusIsThere(String device) {
        assertThatCode(() -> LibTorchEngine.requireGpu(device, 2)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cuda:2", "cuda:", "cuda:-1", "cuda:a", "cuda1"})
    void anythingElseIsRefusedWithTheNumbersThereAre(String device) {
        assertThatThrownBy(() -> LibTorchEngine.requireGpu(device, 2))
                .isInstanceOf(EngineUnavailableException.class)
                .hasMessageStartingWith("device " + device + " is not there")
                .hasMessageContaining("cuda:1");
    }

    @Test
    void withoutAGpuItSaysWhatIsNeeded() {
        assertThatThrownBy(() -> LibTorchEngine.requireGpu("cuda", 0))
                .isInstanceOf(EngineUnavailableException.class)
                .hasMessageContainingAll("libtorch-cuda", "cuDNN", "driver");
    }
}
