package org.filigree.trainer.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostMemoryTest {

    private static final long MIB = 1 << 20;

    @TempDir
    private Path folder;

    private Path meminfo;

    @BeforeEach
    void aMachineWith1000Mebibytes() throws IOException {
        meminfo = folder.resolve("meminfo");
        Files.writeString(meminfo, "MemTotal: 2048000 kB\nMemFree: 12000 kB\nMemAvailable: 1024000 kB\n");
    }

    private long available() throws IOException {
        return HostMemory.available(meminfo, folder).orElseThrow() / MIB;
    }

    private void container(String limit, long used) throws IOException {
        Files.writeString(folder.resolve("memory.max"), limit + "\n");
        Files.writeString(folder.resolve("memory.current"), used + "\n");
    }

    @Test
    void aBaseJustCopiedIsNoMemoryInUse() throws IOException {
        container(String.valueOf(800 * MIB), 700 * MIB);
        Files.writeString(
                folder.resolve("memory.stat"),
                "anon %d\nfile %d\ninactive_anon 7\nactive_file %d\ninactive_file %d\n"
                        .formatted(100 * MIB, 600 * MIB, 50 * MIB, 550 * MIB));
        assertThat(available()).isEqualTo(700);
    }

    @Test
    void aContainerThatDoesNotTellOfItsFilesHasWhatItDoesNotUse() throws IOException {
        container(String.valueOf(800 * MIB), 700 * MIB);
        assertThat(available()).isEqualTo(100);
    }

    @Test
    void aContainerWithoutALimitHasWhatTheMachineHas() throws IOException {
        container("max", 700 * MIB);
        assertThat(available()).isEqualTo(1000);
    }

    @Test
    void aContainerHasNoMoreThanTheMachine() throws IOException {
        container(String.valueOf(8000 * MIB), 700 * MIB);
        assertThat(available()).isEqualTo(1000);
    }

    @Test
    void aSystemThatDoesNotTellHasNoNumber() throws IOException {
        assertThat(HostMemory.available(folder.resolve("nowhere"), folder)).isEmpty();
        Files.writeString(meminfo, "MemTotal: 2048000 kB\n");
        assertThat(HostMemory.available(meminfo, folder)).isEmpty();
    }
}
