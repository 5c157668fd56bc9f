package org.filigree.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadedLibrariesTest {

    private static final Set<String> CUBLAS = Set.of("libcublas", "libcublasLt");

    @TempDir
    private Path folder;

    private String mapped(String file, int bytes) throws IOException {
        var path = Files.createDirectories(folder.resolve("site packages")).resolve(file);
        return "7f2c00000000-7f2c00001000 r-xp 00000000 08:01 1234       " + Files.write(path, new byte[bytes]);
    }

    @Test
    void thoseAskedForAreNamedOnceWithTheirSizesInOrder() throws IOException {
        var maps = List.of(
                mapped("libcublasLt.so.13", 7),
                mapped("libcublas.so.13", 5),
                mapped("libcublas.so.13", 5),
                "7ffd00000000-7ffd00001000 rw-p 00000000 00:00 0          [stack]");
        assertThat(LoadedLibraries.of(maps, CUBLAS)).isEqualTo("libcublas.so.13 (5 bytes) libcublasLt.so.13 (7 bytes)");
    }

    @Test
    void anotherReleaseOfTheSameFileNameDiffers() throws IOException {
        var one = LoadedLibraries.of(List.of(mapped("libcublas.so.13", 5)), CUBLAS);
        assertThat(LoadedLibraries.of(List.of(mapped("libcublas.so.13", 6)), CUBLAS))
                .isNotEqualTo(one);
    }

    @Test
    void anotherLibraryDoesNotCountHoweverItsNameBegins() throws IOException {
        assertThat(LoadedLibraries.of(List.of(mapped("libcublas_static.so.13", 5)), CUBLAS))
                .isEqualTo("not loaded");
    }

    @Test
    void thisProcessHasItsJvmLoaded() throws IOException {
        assertThat(LoadedLibraries.named("libjvm")).matches("libjvm\\.so \\(\\d{7,} bytes\\)");
    }
}
