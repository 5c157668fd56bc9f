package org.filigree.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.filigree.dataprep.shard.DocumentLabels;
import org.filigree.dataprep.shard.ShardManifest;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.HuggingFaceWriter;
import org.filigree.format.LocalFiles;
import org.filigree.model.DataType;
import org.filigree.trainer.cli.TestFolders.Ran;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private static JsonNode inspect(Path path, String... more) throws IOException {
        var ran = run(path, more);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();
        return JSON.readTree(ran.out());
    }

    private static Ran run(Path path, String... more) {
        var arguments = new java.util.ArrayList<>(List.of("inspect", path.toString(), "--json"));
        arguments.addAll(List.of(more));
        return TestFolders.run(arguments.toArray(String[]::new));
    }

    private static List<String> lines(JsonNode found, String field) {
        return StreamSupport.stream(found.path(field).spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private Path adapter(String name) {
        return TestFolders.adapter(folder.resolve(name), name, "adapter-end");
    }

    private static void edit(Path adapter, String field, String value) throws IOException {
        var file = adapter.resolve("adapter_config.json").toFile();
        var config = (ObjectNode) JSON.readTree(file);
        config.set(field, JSON.readTree(value));
        JSON.writeValue(file, config);
    }

    /** As credentials of a lake are given. */
    @Test
    void whatSparksSettingsSayOfHadoopHoldsWithoutASession() throws IOException {
        adapter("llama");
        var mount = "spark.hadoop.fs.viewfs.mounttable.lake.link./adapters";
        System.setProperty(mount, folder.toUri().toString());
        try {
            var ran = TestFolders.run("inspect", "viewfs://lake/adapters/llama", "--json");
            assertThat(ran.err()).isEmpty();
            assertThat(JSON.readTree(ran.out()).path("kind").asText()).isEqualTo("adapter");
        } finally {
            System.clearProperty(mount);
        }
    }

    @Test
    void aBaseIsToldByItsShapeAndSize() throws IOException {
        var base = TestFolders.llama(folder.resolve("base"));
        var config = JSON.readTree(base.resolve("config.json").toFile());
        var found = inspect(base);
        assertThat(found.path("kind").asText()).isEqualTo("base");
        assertThat(found.path("family").asText()).isEqualTo("llama");
        assertThat(found.path("dtype").asText()).isEqualTo("float32");
        assertThat(found.path("layers")).isEqualTo(config.path("num_hidden_layers"));
        assertThat(found.path("heads")).isEqualTo(config.path("num_attention_heads"));
        assertThat(found.path("key_heads")).isEqualTo(config.path("num_key_value_heads"));
        assertThat(found.path("vocabulary").intValue()).isEqualTo(256);
        assertThat(found.path("positions").intValue()).isEqualTo(128);
        assertThat(found.path("tied_embeddings").booleanValue()).isFalse();
        var parameters = found.path("parameters").longValue();
        // All of the file is float32 weights and a header.
        var size = Files.size(base.resolve("model.safetensors"));
        assertThat(found.path("weights_bytes").longValue()).isEqualTo(size);
        assertThat(found.path("load_float32_bytes").longValue())
                .isEqualTo(4 * parameters)
                .isBetween(size - 20_000, size);
        assertThat(found.path("load_bfloat16_bytes").longValue()).isEqualTo(2 * parameters);
        assertThat(lines(found, "shortcomings")).singleElement().asString().startsWith("no tokenizer.json");
        assertThat(lines(found, "vllm")).isEmpty();
    }

    @Test
    void scalingAndTiesAreTold() throws IOException {
        var scaled = inspect(TestFolders.base(folder.resolve("scaled"), "llama-rope-linear", "llama"));
        assertThat(scaled.at("/rope_scaling/factor").doubleValue()).isGreaterThan(1);
        var tied = inspect(TestFolders.base(folder.resolve("tied"), "llama-tied", "llama-tied"));
        assertThat(tied.path("tied_embeddings").booleanValue()).isTrue();
        assertThat(tied.path("rope_scaling").asText()).isEqualTo("none");
        var gpt2 = inspect(TestFolders.base(folder.resolve("gpt2"), "gpt2", "gpt2"));
        assertThat(gpt2.path("tied_embeddings").booleanValue()).isTrue();
        assertThat(gpt2.has("rope_theta")).isFalse();
        assertThat(lines(gpt2, "vllm")).singleElement().asString().contains("no LoRA support");
    }

    @Test
    void aTokenizerWithoutTemplateOrWithTooManyIdsIsTold() throws IOException {
        var base = TestFolders.llama(folder.resolve("base"));
        TestFolders.tokenizer(base, "abc", null);
        var found = inspect(base);
        assertThat(found.path("tokenizer_ids").intValue()).isEqualTo(6);
        assertThat(found.path("ids_without_token").intValue()).isEqualTo(250);
        assertThat(lines(found, "shortcomings")).singleElement().asString().startsWith("no chat template");
        TestFolders.tokenizer(base, "abc", "{{ messages }}");
        assertThat(lines(inspect(base), "shortcomings")).isEmpty();
        var many = new StringBuilder();
        for (var i = 0; i < 254; i++) {
            many.append((char) ('\u4e00' + i));
        }
        TestFolders.tokenizer(base, many.toString(), "{{ messages }}");
        assertThat(lines(inspect(base), "shortcomings"))
                .singleElement()
                .asString()
                .contains("does not fit the base: its largest id is 256, the base has 256 tokens");
    }

    @Test
    void untrainedTokensAndBrokenOnesAreTold() throws IOException {
        var source = HuggingFaceFolder.open(
                new LocalFiles(), TestFolders.llama(folder.resolve("base")).toString());
        var odd = folder.resolve("odd");
        var width = source.spec().width();
        new HuggingFaceWriter(new LocalFiles()).write(odd.toString(), source, DataType.FLOAT32, name -> {
            var values = source.read(name).floats();
            if (name.equals("model.embed_tokens.weight")) {
                java.util.Arrays.fill(values, 10 * width, 13 * width, 0);
                System.arraycopy(values, 20 * width, values, 40 * width, width);
                values[200 * width] = Float.NaN;
            }
            return values;
        });
        var found = inspect(odd);
        assertThat(found.path("untrained_token_ids").intValue()).isEqualTo(4);
        assertThat(lines(found, "shortcomings"))
                .contains(
                        "4 token ids look untrained (their embedding is zero or another's): 10-12, 40",
                        "the embedding has values that are not finite, at token ids 200");
    }

    @Test
    void anAdapterIsToldWithItsShareOfTheBase() throws IOException {
        var base = TestFolders.llama(folder.resolve("base"));
        var adapter = adapter("llama");
        edit(adapter, "base_model_name_or_path", "\"acme/tiny\"");
        var found = inspect(adapter, "--base", base.toString());
        assertThat(found.path("kind").asText()).isEqualTo("adapter");
        assertThat(found.path("base_model_name_or_path").asText()).isEqualTo("acme/tiny");
        assertThat(found.path("fits_base").booleanValue()).isTrue();
        assertThat(found.path("share_of_base").doubleValue())
                .isEqualTo(found.path("trainable_parameters").doubleValue()
                        / inspect(base).path("parameters").doubleValue());
        assertThat(found.path("ranks").get(0)).isEqualTo(found.path("r"));
        assertThat(found.path("layers")).isEqualTo(inspect(base).path("layers"));
        assertThat(lines(found, "vllm")).isEmpty();
        assertThat(lines(found, "shortcomings")).isEmpty();
    }

    @Test
    void anAdapterForAnotherBaseIsTold() throws IOException {
        var found = inspect(
                adapter("gpt2"),
                "--base",
                TestFolders.llama(folder.resolve("base")).toString());
        assertThat(found.path("fits_base").booleanValue()).isFalse();
        assertThat(lines(found, "shortcomings")).anyMatch(line -> line.contains("an adapter for another base"));
        assertThat(lines(found, "vllm")).anyMatch(line -> line.contains("GPT2LMHeadModel has no LoRA support"));
    }

    @Test
    void whatVllmDoesNotReadIsTold() throws IOException {
        var patterns = inspect(adapter("llama-patterns"));
        assertThat(lines(patterns, "vllm"))
                .singleElement()
                .asString()
                .startsWith("served wrongly, in silence: rank_pattern and alpha_pattern are not read");
        var rslora = inspect(adapter("llama-rslora"));
        assertThat(lines(rslora, "vllm")).isEmpty();
    }

    @Test
    void whatVllmRefusesIsTold() throws IOException {
        var adapter = adapter("llama");
        edit(adapter, "use_dora", "true");
        edit(adapter, "bias", "\"all\"");
        edit(adapter, "modules_to_save", "[\"lm_head\"]");
        edit(adapter, "lora_alpha", "null");
        var found = inspect(adapter);
        assertThat(lines(found, "vllm"))
                .containsExactly(
                        "refused: adapter_config.json lacks lora_alpha",
                        "refused: modules_to_save is [\"lm_head\"]",
                        "refused: use_dora",
                        "refused: bias is all, wanted none");
        assertThat(lines(found, "shortcomings"))
                .anyMatch(line -> line.startsWith("Filigree does not serve or merge it"));
    }

    @Test
    void aRankBeyondTheServersDefaultNamesTheSettingItNeeds() throws IOException {
        var base = TestFolders.llama(folder.resolve("base"));
        var wide = TestFolders.zeroAdapter(folder.resolve("wide"), base, 24);
        assertThat(lines(inspect(wide), "vllm"))
                .containsExactly("rank 24 needs --max-lora-rank 32 (the default is 16)");
        var widest = TestFolders.zeroAdapter(folder.resolve("widest"), base, 513);
        assertThat(lines(inspect(widest), "vllm")).containsExactly("refused: rank 513, at most 512 is served");
        assertThat(lines(inspect(widest), "shortcomings"))
                .containsExactly("untrained: every lora_B is zero, so it changes nothing");
    }

    @Test
    void valuesThatAreNotFiniteAreTold() throws IOException {
        var adapter = TestFolders.scaledAdapter(folder.resolve("adapter"), "llama", Float.NaN);
        assertThat(lines(inspect(adapter), "shortcomings"))
                .anyMatch(line -> line.contains("tensors have values that are not finite, first base_model.model."));
    }

    @Test
    void aCorpusIsToldByItsManifest() throws IOException {
        var corpus = Files.createDirectories(folder.resolve("corpus"));
        Files.write(corpus.resolve("a.parquet"), new byte[100]);
        var train = new ShardManifest.Split(
                List.of(
                        new ShardManifest.ShardFile("a.parquet", 100, "x", List.of(7)),
                        new ShardManifest.ShardFile("b.parquet", 50, "y", List.of(3))),
                "lengths",
                10,
                12,
                345,
                234,
                64,
                40,
                new DocumentLabels(4, 3));
        var heldOut = new ShardManifest.Split(List.of(), null, 0, 0, 0, 0, 0, 0, DocumentLabels.NONE);
        var rejected = new TreeMap<>(java.util.Map.of("empty", 2L, "too long", 3L));
        var counts = new TreeMap<>(java.util.Map.of("read", 17L, "rejected", 5L));
        new ShardManifest(ShardManifest.FORMAT, "f", "t", 256, true, 64, counts, rejected, train, heldOut)
                .write(new LocalFiles(), corpus.toString());
        var found = inspect(corpus);
        assertThat(found.path("kind").asText()).isEqualTo("corpus");
        assertThat(found.at("/train/rows").intValue()).isEqualTo(10);
        assertThat(found.at("/train/tokens").intValue()).isEqualTo(345);
        assertThat(found.at("/train/trained_tokens").intValue()).isEqualTo(234);
        assertThat(found.at("/train/longest").intValue()).isEqualTo(64);
        assertThat(found.at("/train/longest_document").intValue()).isEqualTo(40);
        assertThat(found.at("/train/size_bytes").intValue()).isEqualTo(150);
        assertThat(found.at("/rejected/too long").intValue()).isEqualTo(3);
        assertThat(found.at("/train/labelled_documents").intValue()).isEqualTo(4);
        assertThat(found.path("classes").intValue()).isEqualTo(3);
        assertThat(lines(found, "shortcomings"))
                .containsExactly(
                        "4 documents have a label as wholes (3 classes), which no family here learns: they predict tokens",
                        "no held-out rows: training is not judged",
                        "5 rows were rejected",
                        corpus + "/b.parquet: no such file, but the manifest names it");
    }

    @Test
    void shardsOfAnOlderFormatAreToldNotRead() throws IOException {
        TestFolders.write(folder.resolve("old/manifest.json"), "{\"fingerprint\": \"f\", \"vocabulary\": 9}");
        var told = TestFolders.run("inspect", folder.resolve("old").toString());
        assertThat(told.code()).isEqualTo(3);
        assertThat(told.err()).contains("token shards of format 1, wanted 2: prepare the corpus again");
    }

    @Test
    void aRunIsToldByItsEventsAndItsOutcome() throws IOException {
        var run = folder.resolve("run");
        TestFolders.write(
                run.resolve("run.yaml"), "run: nightly\nbase: {path: models/tiny}\nadapter: {method: lora, r: 16}\n");
        var begun = inspect(run);
        assertThat(begun.path("kind").asText()).isEqualTo("run");
        assertThat(begun.path("run").asText()).isEqualTo("nightly");
        assertThat(begun.path("adapter_r").intValue()).isEqualTo(16);
        assertThat(begun.path("state").asText()).isEqualTo("unfinished; no checkpoint yet");
        TestFolders.write(run.resolve("events.jsonl"), """
                {"event":"start"}
                {"event":"round","round":1,"losses":[9.0,8.0,7.0]}
                {"event":"evaluation","round":1,"loss":6.5}
                {"event":"round","round":2,"losses":[6.0,5.0,4.0]}
                {"event":"finish"}
                """);
        TestFolders.write(
                run.resolve("outcome.json"),
                "{\"status\":\"done\",\"code\":0,\"message\":\"all steps\",\"published\":"
                        + "[{\"path\":\"adapters/nightly\",\"sha256\":{\"README.md\":\"ab\"}}]}");
        var done = inspect(run);
        assertThat(done.path("state").asText()).isEqualTo("done");
        assertThat(done.path("round").intValue()).isEqualTo(2);
        assertThat(done.path("last_losses")).hasToString("[8.0,7.0,6.0,5.0,4.0]");
        assertThat(done.at("/last_evaluation/loss").doubleValue()).isEqualTo(6.5);
        assertThat(done.at("/outcome/message").asText()).isEqualTo("all steps");
        assertThat(done.at("/outcome/published")).hasToString("[{\"path\":\"adapters/nightly\"}]");
        assertThat(TestFolders.run("inspect", run.toString()).out())
                .contains("  last_losses            8, 7, 6, 5, 4\n", "  last_evaluation.loss   6.5\n");
        TestFolders.write(run.resolve("outcome.json"), "{\"status\":\"FAILED\",\"code\":5,\"message\":\"diverged\"}");
        var failed = inspect(run);
        assertThat(failed.path("state").asText()).isEqualTo("failed; no checkpoint yet");
        assertThat(lines(failed, "shortcomings")).containsExactly("failed with code 5: diverged");
        TestFolders.write(run.resolve("outcome.json"), "{\"status\":\"stopped\",\"code\":143,\"message\":\"told to\"}");
        var stopped = inspect(run);
        assertThat(stopped.path("state").asText()).isEqualTo("stopped; no checkpoint yet");
        assertThat(lines(stopped, "shortcomings")).containsExactly("stopped with code 143: told to");
    }

    @Test
    void aFolderOfNothingKnownIsOneLine() throws IOException {
        var nothing = run(Files.createDirectories(folder.resolve("nothing")));
        assertThat(nothing.err()).hasLineCount(1).contains("nothing: neither a base (config.json), an adapter");
        assertThat(nothing.code()).isEqualTo(3);
        assertThat(run(folder.resolve("nowhere")).err()).hasLineCount(1).contains("nowhere: no such folder");
        var file = run(TestFolders.write(folder.resolve("file"), ""));
        assertThat(file.err()).hasLineCount(1).contains("file: a file, wanted a folder");
        var base = TestFolders.llama(folder.resolve("base"));
        var useless = run(base, "--base", base.toString());
        assertThat(useless.err()).hasLineCount(1).contains("--base has no effect");
        assertThat(useless.code()).isEqualTo(2);
    }

    @Test
    void peopleReadLines() {
        var base = TestFolders.llama(folder.resolve("base"));
        var ran = TestFolders.run("inspect", base.toString());
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out())
                .startsWith("base " + base + "\n")
                .contains("  family                 llama\n", "shortcomings:\n  - no tokenizer.json");
    }
}
