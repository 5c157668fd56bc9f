package org.filigree.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class EngineTableTest {

    @Test
    void everyCaseThatWasMadeIsRunOrSaysWhyNot() throws IOException {
        var made = Path.of(String.valueOf(System.getenv("FILIGREE_SHARED")), "parity");
        assumeTrue(Files.isDirectory(made), "the cases as they were made are not beside this checkout");
        try (var folders = Files.list(made)) {
            var names = folders.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .toList();
            assertThat(EngineTable.names()).containsExactlyInAnyOrderElementsOf(names);
        }
    }
}
