package org.filigree.engine.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.pytorch.Device;
import org.filigree.engine.Fingerprint;
import org.filigree.engine.Kernels;
import org.filigree.model.DataType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A GPU's chunk is as wide as the vocabulary lets it be, a CPU's stays in its cache. No GPU is needed to say so. */
class HeadChunkTest {

    @BeforeEach
    void load() {
        new LibTorchEngine().open("cpu", DataType.FLOAT32, 2).close();
    }

    @ParameterizedTest
    @CsvSource({
        "cpu, 512, 256",
        "cpu, 32000, 256",
        "cuda, 512, 2048",
        "cuda, 32000, 2048",
        "cuda, 64000, 1024",
        "cuda:1, 152064, 256"
    })
    void itDependsOnDeviceAndVocabulary(String device, int vocabulary, int wanted) {
        try (Kernels kernels =
                new LibTorchKernels(new Device(device), DataType.FLOAT32, 1, Fingerprint.of("libtorch"))) {
            assertThat(kernels.headChunk(vocabulary)).isEqualTo(wanted);
        }
    }
}
