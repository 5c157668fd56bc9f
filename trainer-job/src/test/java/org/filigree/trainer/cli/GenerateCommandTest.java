package org.filigree.trainer.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.filigree.trainer.cli.TestFolders.Ran;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateCommandTest {

    private static final Path SHARED =
            Path.of(System.getProperty("filigree.root")).resolveSibling("shared");
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz.:";
    private static final String TEMPLATE = "{% for m in messages %}{{ m.role }}:{{ m.content }}.{% endfor %}"
            + "{% if add_generation_prompt %}assistant:{% endif %}";

    @TempDir
    private Path folder;

    private Path base() {
        var base = TestFolders.llama(folder.resolve("base"));
        TestFolders.tokenizer(base, LETTERS, TEMPLATE);
        return base;
    }

    private static Ran generate(Path base, String... more) {
        var arguments = new ArrayList<>(List.of("generate", "--base", base.toString()));
        if (!List.of(more).contains("--engine")) {
            arguments.addAll(List.of("--engine", "plain"));
        }
        arguments.addAll(List.of(more));
        return TestFolders.run(arguments.toArray(String[]::new));
    }

    private static void assertRefused(Ran ran, int code, String... said) {
        assertThat(ran.err()).hasLineCount(1).contains(said);
        assertThat(ran.code()).isEqualTo(code);
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void theRealModelSaysWhatWasPublishedWithIt() {
        var model = SHARED.resolve("models/stories260k");
        assumeTrue(Files.exists(model), () -> "no " + model + ": the real model is not checked here");
        // As other tests of this JVM: libtorch takes one number of threads.
        var ran = TestFolders.run(
                "generate",
                "--engine",
                "libtorch",
                "--device",
                "cpu",
                "--threads",
                "1",
                "--base",
                model.toString(),
                "--prompt",
                "");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out())
                .startsWith(
                        "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. "
                                + "One day, she saw a big, red ball. She wanted to play with it, but it was too high.\n"
                                + "Lily's mom said,");
        assertThat(ran.code()).isZero();
    }

    @Test
    void baseAndAdaptersAnswerUnderTheirNames() throws IOException {
        var one = TestFolders.adapter(folder.resolve("one"), "llama", "adapter-end");
        var two = TestFolders.adapter(folder.resolve("two"), "llama-rslora", "adapter-end");
        var base = base();
        var ran = generate(
                base, "--adapter", one.toString(), "--adapter", two + "/", "--prompt", "abc", "--max-new-tokens", "6");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out().lines().filter(line -> line.matches("\\[.*\\]|prompt: .*")))
                .containsExactly("prompt: abc", "[base]", "[one]", "[two]");

        var asJson = generate(
                base,
                "--adapter",
                one.toString(),
                "--adapter",
                two + "/",
                "--prompt",
                "abc",
                "--max-new-tokens",
                "6",
                "--json");
        var object = new ObjectMapper().readTree(asJson.out());
        assertThat(asJson.out()).hasLineCount(1);
        assertThat(object.path("prompt").asText()).isEqualTo("abc");
        assertThat(object.path("prompt_tokens").intValue()).isEqualTo(4);
        assertThat(object.path("answers").findValuesAsText("name")).containsExactly("base", "one", "two");
        for (var answer : object.path("answers")) {
            assertThat(answer.path("stop").asText()).isIn("length", "end");
            assertThat(ran.out())
                    .contains("[" + answer.path("name").asText() + "]\n"
                            + answer.path("text").asText());
        }
    }

    @Test
    void aChatPromptGoesThroughTheTemplate() throws IOException {
        var base = base();
        var plain = generate(base, "--prompt", "user:abc.assistant:", "--max-new-tokens", "5", "--json");
        var chat = generate(base, "--prompt", "abc", "--chat", "--max-new-tokens", "5", "--json");
        var json = new ObjectMapper();
        assertThat(chat.err()).isEmpty();
        assertThat(json.readTree(chat.out()).path("answers"))
                .isEqualTo(json.readTree(plain.out()).path("answers"));
        assertThat(json.readTree(chat.out()).path("prompt_tokens").intValue()).isEqualTo(20);
    }

    @Test
    void promptsComeFromAFileOrFromStandardInput() {
        var base = base();
        var lines =
                TestFolders.write(folder.resolve("prompts.txt"), "abc\n\nbcd\n").toString();
        var objects = TestFolders.write(
                        folder.resolve("prompts.jsonl"), "{\"prompt\": \"abc\"}\n{\"prompt\": \"bcd\"}\n")
                .toString();
        var wanted = generate(base, "--prompt", "abc", "--prompt", "bcd", "--max-new-tokens", "4", "--json");
        assertThat(wanted.out()).hasLineCount(2);
        assertThat(generate(base, "--prompts", lines, "--max-new-tokens", "4", "--json"))
                .isEqualTo(wanted);
        assertThat(generate(base, "--prompts", objects, "--max-new-tokens", "4", "--json"))
                .isEqualTo(wanted);
        var before = System.in;
        try {
            System.setIn(new ByteArrayInputStream("abc\nbcd".getBytes(UTF_8)));
            assertThat(generate(base, "--max-new-tokens", "4", "--json")).isEqualTo(wanted);
            System.setIn(new ByteArrayInputStream(new byte[0]));
            assertRefused(generate(base), 2, "no prompt: give --prompt TEXT");
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void anAdaptersTokenizerServesABaseThatHasNone() {
        var bare = TestFolders.llama(folder.resolve("bare"));
        assertRefused(generate(bare, "--prompt", "a"), 3, "bare/tokenizer.json: no such file");
        var adapter = TestFolders.adapter(folder.resolve("one"), "llama", "adapter-end");
        TestFolders.tokenizer(adapter, LETTERS, null);
        assertThat(generate(bare, "--adapter", adapter.toString(), "--prompt", "a", "--max-new-tokens", "2")
                        .code())
                .isZero();
    }

    @Test
    void wrongFoldersAreOneLine() {
        var base = base();
        assertRefused(generate(folder.resolve("nowhere"), "--prompt", "a"), 3, "nowhere/config.json: no such file");
        assertRefused(
                generate(base, "--prompt", "a", "--adapter", base.toString()),
                3,
                "base/adapter_config.json: no such file; an adapter is a PEFT folder");
        var other = TestFolders.adapter(folder.resolve("other"), "gpt2", "adapter-end");
        assertRefused(
                generate(base, "--prompt", "a", "--adapter", other.toString()),
                3,
                "other: an adapter for another base",
                "match no linear layer of this llama");
        var unknown = TestFolders.write(folder.resolve("unknown/config.json"), "{\"model_type\": \"mamba\"}");
        assertRefused(generate(unknown.getParent(), "--prompt", "a"), 2, "model_type is 'mamba'; there are [gpt2");
        assertRefused(generate(base, "--prompts", "nowhere.txt"), 3, "nowhere.txt: no such file");
    }

    @Test
    void anAdapterOfOtherShapesIsOneLine() throws IOException {
        var adapter = TestFolders.adapter(folder.resolve("other"), "llama", "adapter-end");
        var config = adapter.resolve("adapter_config.json");
        Files.writeString(config, Files.readString(config).replaceFirst("\"r\": \\d+", "\"r\": 3"));
        assertRefused(
                generate(base(), "--prompt", "a", "--adapter", adapter.toString()),
                3,
                "adapter_model.safetensors: base_model.model.model.layers.0.mlp.down_proj.lora_A.weight is [",
                "this base and rank want [3, ");
        Files.delete(adapter.resolve("adapter_model.safetensors"));
        assertRefused(
                generate(folder.resolve("base"), "--prompt", "a", "--adapter", adapter.toString()),
                3,
                "adapter_model.safetensors: no such file");
    }

    @Test
    void aTokenizerWithMoreIdsThanTheBaseIsRefused() {
        var base = TestFolders.llama(folder.resolve("base"));
        var many = new StringBuilder();
        for (var i = 0; i < 254; i++) {
            many.append((char) ('\u4e00' + i));
        }
        TestFolders.tokenizer(base, many.toString(), null);
        assertRefused(
                generate(base, "--prompt", "a"),
                3,
                "a tokenizer that does not fit the base: its largest id is 256",
                "has 256 tokens");
    }

    @Test
    void aPromptThatFillsThePositionsIsRefusedBeforeAnyAnswer() {
        assertRefused(
                generate(base(), "--prompt", "abc", "--prompt", "a".repeat(127)),
                3,
                "prompt 'aaaaa",
                "128 tokens",
                "has 128 positions");
    }

    @Test
    void wrongOptionsAreOneLine() {
        var base = base();
        assertRefused(generate(base, "--prompt", "a", "--top-p", "0.9"), 2, "top-p 0.9 has no effect");
        assertRefused(generate(base, "--prompt", "a", "--temperature", "-1"), 2, "temperature is -1.0");
        assertRefused(generate(base, "--prompt", "a", "--max-new-tokens", "0"), 2, "max-new-tokens is 0");
        assertRefused(generate(base, "--prompt", "a", "--threads", "none"), 2, "neither auto nor a positive number");
        assertRefused(generate(base, "--prompt", "a", "--dtype", "int3"), 2, "none of auto, bfloat16, float32");
        assertRefused(generate(base, "--prompt", "a", "--engine", "abacus"), 2, "found abacus, there are", "plain");
        assertRefused(generate(base, "--prompt", "a", "--device", "cuda:7"), 2, "device cuda:7 is not there");
        TestFolders.tokenizer(base, LETTERS, null);
        assertRefused(generate(base, "--prompt", "a", "--chat"), 2, "base: no chat template");
    }
}
