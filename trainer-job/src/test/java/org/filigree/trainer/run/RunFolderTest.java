package org.filigree.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigReader;
import org.junit.jupiter.api.Test;

class RunFolderTest {

    private static final String YAML = "out/run/run.yaml";
    private static final RunConfig CONFIG = RunConfigReader.read("test", """
            run: run
            output: out
            base: {path: models/größte, name: acme/tiny}
            data: {train: [{path: rows.jsonl, shape: tokens}]}
            adapter: {r: 4, lora_alpha: 8, target_modules: all-linear}
            training: {max_steps: 8, global_batch_size: 4, micro_batch_size: 2, learning_rate: 1.0e-2}
            averaging: {workers: 2, exchange: gradients}
            """, List.of(), Map.of());

    private final MemoryTree files = new MemoryTree();
    private final RunFolder folder = new RunFolder(files, "out", "run");

    private byte[] whole() throws IOException {
        folder.claim(CONFIG);
        return files.content.get(YAML);
    }

    @Test
    void aDriverKilledWhileItWritesRunYamlLeavesAFolderThatIsClaimedAgain() throws IOException {
        var whole = whole();
        for (var written = 0; written < whole.length; written += 13) {
            files.content.put(YAML, Arrays.copyOf(whole, written));

            assertThat(folder.check(CONFIG)).as("%d bytes written", written).isEmpty();
            folder.claim(CONFIG);

            assertThat(files.content.get(YAML))
                    .as("after %d bytes were written", written)
                    .isEqualTo(whole);
        }
        assertThat(whole.length).isGreaterThan(500);
    }

    @Test
    void aRunThatADriverHasTakenIsNotClaimedAgain() throws IOException {
        files.content.put(YAML, Arrays.copyOf(whole(), 100));
        RunOwner.take(files, folder.path());

        assertThatThrownBy(() -> folder.check(CONFIG))
                .isInstanceOfSatisfying(
                        FiligreeException.class,
                        e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.CONFIGURATION));
    }

    @Test
    void anotherRunsCutOffYamlIsNotClaimed() throws IOException {
        var cut = Arrays.copyOf(whole(), 100);
        cut[90] ^= 1;
        files.content.put(YAML, cut);

        assertThatThrownBy(() -> folder.check(CONFIG)).isInstanceOf(FiligreeException.class);
        folder.claim(CONFIG);
        assertThat(files.content.get(YAML)).isEqualTo(cut);
    }
}
