package org.filigree.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.filigree.config.FiligreeException;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.LocalFiles;
import org.filigree.model.DataType;
import org.filigree.trainer.cli.TestFolders.Ran;
import org.filigree.trainer.merge.AdapterMerge;
import org.filigree.trainer.serve.EngineOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That a merged folder says what PEFT's merged model says is the engines' kit's to show; here is what merge promises. */
class MergeCommandTest {

    private static final Pattern DIFFERENCE = Pattern.compile(
            "largest difference of logits (\\S+), allowed (\\S+); the adapter moves them by up to (\\S+)");

    @TempDir
    private Path folder;

    private Path output() {
        return folder.resolve("merged");
    }

    private Ran merge(Path base, Path adapter, String... more) {
        var arguments = new ArrayList<>(List.of("merge", "--engine", "plain", "--base", base.toString()));
        arguments.addAll(List.of("--adapter", adapter.toString(), "--output", output().toString()));
        arguments.addAll(List.of(more));
        return TestFolders.run(arguments.toArray(String[]::new));
    }

    private Path llama() {
        return TestFolders.llama(folder.resolve("base"));
    }

    private Path adapter(String name) {
        return TestFolders.adapter(folder.resolve("adapter"), name, "adapter-end");
    }

    @ParameterizedTest
    @CsvSource({
        "llama,llama,float32",
        "gpt2,gpt2,float32",
        "llama-patterns,llama,float32",
        "llama,llama,float16",
        "llama,llama,bfloat16",
        "gpt2,gpt2,bfloat16",
        "qwen2,qwen2,bfloat16"
    })
    void aMergedFolderIsCheckedAndSaysHowFarItIs(String name, String weights, String type) throws IOException {
        var base = TestFolders.base(folder.resolve("base"), name, weights);
        var ran = merge(base, adapter(name), "--dtype", type);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("wrote " + output(), "layers, " + type, "4 rows of 16 tokens");
        var told = DIFFERENCE.matcher(ran.out());
        assertThat(told.find()).as(ran.out()).isTrue();
        var largest = Double.parseDouble(told.group(1));
        assertThat(largest).isPositive().isLessThanOrEqualTo(Double.parseDouble(told.group(2)));
        assertThat(Double.parseDouble(told.group(3))).isGreaterThan(2 * largest);
        assertThat(HuggingFaceFolder.open(new LocalFiles(), output().toString()).storedType())
                .hasToString(type.toUpperCase(java.util.Locale.ROOT));
    }

    @Test
    void theBasesOwnTypeIsTheDefaultAndItsTokenizerGoesAlong() throws IOException {
        var base = llama();
        TestFolders.tokenizer(base, "abc", null);
        assertThat(merge(base, adapter("llama"), "--dtype", "bfloat16").code()).isZero();
        var again = folder.resolve("again");
        var ran = TestFolders.run(
                "merge",
                "--engine",
                "plain",
                "--base",
                output().toString(),
                "--adapter",
                folder.resolve("adapter").toString(),
                "--output",
                again.toString());
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out()).contains("layers, bfloat16");
        assertThat(again.resolve("tokenizer.json")).hasSameBinaryContentAs(base.resolve("tokenizer.json"));
    }

    @Test
    void anExistingOutputIsRefusedAndStays() throws IOException {
        TestFolders.write(output().resolve("mine.txt"), "mine");
        var ran = merge(llama(), adapter("llama"));
        assertThat(ran.err()).hasLineCount(1).contains("merged: exists already");
        assertThat(ran.code()).isEqualTo(2);
        try (var left = Files.list(output())) {
            assertThat(left).containsExactly(output().resolve("mine.txt"));
        }
    }

    @Test
    void anAdapterForAnotherBaseIsOneLineAndNothingIsWritten() {
        var ran = merge(llama(), adapter("gpt2"));
        assertThat(ran.err()).hasLineCount(1).contains("adapter: an adapter for another base");
        assertThat(ran.code()).isEqualTo(3);
        assertThat(output()).doesNotExist();
    }

    @Test
    void anAdapterOnATiedHeadCannotBeMerged() throws IOException {
        var base = TestFolders.base(folder.resolve("base"), "llama-tied", "llama-tied");
        var adapter = TestFolders.headAdapter(folder.resolve("adapter"), base);
        var ran = merge(base, adapter);
        assertThat(ran.err()).hasLineCount(1).contains("lm_head reads model.embed_tokens.weight", "cannot be merged");
        assertThat(ran.code()).isEqualTo(3);
        assertThat(output()).doesNotExist();
    }

    @Test
    void aFolderThatSaysSomethingElseIsTakenAway() {
        var files = new FlippingFiles(output().resolve("model.safetensors").toString());
        var merge = new AdapterMerge(files, new EngineOptions("plain", "cpu", null, 1));
        assertThatThrownBy(() -> merge.merge(
                        llama().toString(), adapter("llama").toString(), output().toString(), DataType.FLOAT32))
                .isInstanceOf(FiligreeException.class)
                .hasMessageContaining("does not say what base and adapter say");
        assertThat(files.flipped).isTrue();
        assertThat(output()).doesNotExist();
    }

    @Test
    void whatTheTypeCannotHoldLeavesNothing() throws IOException {
        var base = llama();
        var adapter = TestFolders.scaledAdapter(folder.resolve("adapter"), "llama", 1e6f);
        var ran = merge(base, adapter, "--dtype", "float16");
        assertThat(ran.err()).hasLineCount(1).contains("model");
        assertThat(ran.code()).isEqualTo(3);
        assertThat(output()).doesNotExist();
    }

    @Test
    void anAdapterSmallerThanTheRoundingIsNotLostInSilence() throws IOException {
        var adapter = TestFolders.scaledAdapter(folder.resolve("adapter"), "llama", 0.002f);
        var ran = merge(llama(), adapter, "--dtype", "bfloat16");
        assertThat(ran.err())
                .as(ran.out())
                .hasLineCount(1)
                .contains("rounding to bfloat16", "merge with --dtype float32");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(output()).doesNotExist();
        assertThat(merge(folder.resolve("base"), adapter, "--dtype", "float32").code())
                .isZero();
    }
}
