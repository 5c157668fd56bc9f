package org.filigree.engine.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.filigree.engine.Kernels;
import org.filigree.model.DataType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MasksTest {

    private Kernels natives;

    @BeforeEach
    void load() {
        natives = new LibTorchEngine().open("cpu", DataType.FLOAT32, 2);
    }

    @AfterEach
    void close() {
        natives.close();
    }

    /** A device without memory stands for a GPU. */
    @Test
    void aMaskLiesWhereTheScoresDo() {
        try (var scope = new PointerScope()) {
            assertThat(Masks.additive(scores("cpu"), 3, 3, 0, 0).is_cpu()).isTrue();
            assertThat(Masks.additive(scores("meta"), 3, 3, 0, 0).is_meta()).isTrue();
        }
    }

    @Test
    void theMaskBeforeIsFreedAtOnce() {
        try (var scope = new PointerScope()) {
            var before = Masks.additive(scores("cpu"), 3, 3, 0, 0);
            assertThat(Masks.additive(scores("cpu"), 3, 3, 0, 0)).isSameAs(before);
            Masks.additive(scores("cpu"), 4, 4, 0, 0);
            assertThat(before.isNull()).isTrue();
        }
    }

    private static Tensor scores(String device) {
        var options = TorchTypes.options(DataType.FLOAT32).device(new DeviceOptional(new Device(device)));
        return torch.empty(new long[] {1, 4, 4}, options, new MemoryFormatOptional());
    }
}
