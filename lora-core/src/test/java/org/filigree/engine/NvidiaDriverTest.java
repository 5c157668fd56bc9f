package org.filigree.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On what the driver writes below /proc/driver/nvidia. */
class NvidiaDriverTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024",
                "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.15  Release Build  (dvs-builder@U16-I1-N07-12.3)  Tue Mar  5 22:15:33 UTC 2024",
                "NVRM version: NVIDIA UNIX Open Kernel Module for aarch64  550.54.15  Release Build  (root@node-7)  Mon Jan  6 01:02:03 UTC 2025"
            })
    void aVersionIsTheSameWhoeverBuiltTheModuleAndWhen(String line) throws IOException {
        Files.writeString(folder.resolve("version"), line + "\nGCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n");
        assertThat(new NvidiaDriver(folder).version()).isEqualTo("550.54.15");
    }

    @Test
    void withoutADriverNothingIsKnown() throws IOException {
        assertThat(new NvidiaDriver(folder).version()).isEqualTo("unknown");
        assertThat(new NvidiaDriver(folder).model("cuda:0")).isEqualTo("unknown");
    }

    private void gpu(String address, String model) throws IOException {
        Files.writeString(
                Files.createDirectories(folder.resolve("gpus").resolve(address)).resolve("information"),
                "Model: \t\t %s\nIRQ:   \t\t 16\n".formatted(model));
    }

    @Test
    void ofEqualGpusTheAddressIsLeftOut() throws IOException {
        gpu("0000:17:00.0", "NVIDIA H100 80GB HBM3");
        gpu("0000:3d:00.0", "NVIDIA H100 80GB HBM3");
        assertThat(new NvidiaDriver(folder).model("cuda:0"))
                .isEqualTo(new NvidiaDriver(folder).model("cuda:1"))
                .isEqualTo("NVIDIA H100 80GB HBM3");
    }

    @Test
    void ofGpusThatDifferTheAddressTellsThemApart() throws IOException {
        gpu("0000:17:00.0", "NVIDIA L4");
        gpu("0000:3d:00.0", "NVIDIA H100 PCIe");
        assertThat(new NvidiaDriver(folder).model("cuda:1")).isEqualTo("cuda:1 of NVIDIA H100 PCIe and NVIDIA L4");
    }
}
