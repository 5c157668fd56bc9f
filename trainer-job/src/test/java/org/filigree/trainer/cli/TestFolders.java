package org.filigree.trainer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.filigree.engine.kit.PlainEngine;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.LocalFiles;
import org.filigree.format.PeftAdapter;
import org.filigree.format.PeftWriter;
import org.filigree.lora.AdapterPlanner;
import org.filigree.lora.LoraConfig;

/** Folders for the command line's tests: the kit's reference models, a tokenizer of letters, and one run of Main. */
final class TestFolders {

    /** What a command printed and returned. */
    record Ran(int code, String out, String err) {}

    private TestFolders() {}

    static Ran run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        return new Ran(code, out.toString(), err.toString());
    }

    /** A reference model; {@code weights} names the case whose weights it has. */
    static Path base(Path folder, String name, String weights) {
        unpack(name + "/config.json", folder.resolve("config.json"));
        unpack(weights + "/model.safetensors", folder.resolve("model.safetensors"));
        return folder;
    }

    static Path llama(Path folder) {
        return base(folder, "llama", "llama");
    }

    static Path adapter(Path folder, String name, String when) {
        for (var file : List.of("adapter_config.json", "adapter_model.safetensors")) {
            unpack(name + "/" + when + "/" + file, folder.resolve(file));
        }
        return folder;
    }

    /** The reference's trained adapter with every B times {@code factor}. */
    static Path scaledAdapter(Path folder, String name, float factor) throws IOException {
        return rewritten(folder, llama(folder.resolve("its-base")), name, factor);
    }

    private static Path rewritten(Path folder, Path base, String name, float factor) throws IOException {
        var files = new LocalFiles();
        var spec = HuggingFaceFolder.open(files, base.toString()).spec();
        var read = PeftAdapter.open(
                files, adapter(folder.resolve("its-own"), name, "adapter-end").toString());
        var plan = AdapterPlanner.plan(spec, read.config());
        var values = read.values(plan);
        for (var wrap : plan.wraps()) {
            var b = plan.layout().find(wrap.b());
            for (var i = b.offset(); i < b.offset() + b.elements(); i++) {
                values[i] *= factor;
            }
        }
        new PeftWriter(files).write(folder.toString(), spec, "tiny", read.config(), plan, values);
        return folder;
    }

    /** An adapter on {@code lm_head} alone. */
    static Path headAdapter(Path folder, Path base) throws IOException {
        return zeros(folder, base, "lm_head", 2);
    }

    /** An adapter on every query projection, all zeros. */
    static Path zeroAdapter(Path folder, Path base, int rank) throws IOException {
        return zeros(folder, base, "q_proj", rank);
    }

    private static Path zeros(Path folder, Path base, String target, int rank) throws IOException {
        var files = new LocalFiles();
        var spec = HuggingFaceFolder.open(files, base.toString()).spec();
        var targets = new LoraConfig.Modules.Names(List.of(target));
        var config = new LoraConfig(rank, 4, 0, targets, null, null, null, Map.of(), Map.of(), false);
        var plan = AdapterPlanner.plan(spec, config);
        var values = new float[plan.layout().size()];
        new PeftWriter(files).write(folder.toString(), spec, "tiny", config, plan, values);
        return folder;
    }

    /** A byte-level tokenizer without merges: {@code <s>} 1, {@code </s>} 2, then {@code letters} from 3 on. */
    static void tokenizer(Path folder, String letters, String template) {
        var vocabulary = new StringBuilder("\"<pad>\": 0, \"<s>\": 1, \"</s>\": 2");
        for (var i = 0; i < letters.length(); i++) {
            vocabulary.append(", \"%s\": %d".formatted(letters.charAt(i), i + 3));
        }
        var special =
                "\"single_word\": false, \"lstrip\": false, \"rstrip\": false, \"normalized\": false, \"special\": true";
        write(folder.resolve("tokenizer.json"), """
                {"version": "1.0", "truncation": null, "padding": null, "normalizer": null, "post_processor": null,
                 "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false},
                 "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
                 "added_tokens": [{"id": 1, "content": "<s>", %s}, {"id": 2, "content": "</s>", %s}],
                 "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
                           "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false,
                           "vocab": {%s}, "merges": []}}
                """.formatted(special, special, vocabulary));
        write(
                folder.resolve("tokenizer_config.json"),
                "{\"bos_token\": \"<s>\", \"eos_token\": \"</s>\"%s}"
                        .formatted(template == null ? "" : ", \"chat_template\": \"" + template + "\""));
    }

    static Path write(Path file, String content) {
        try {
            Files.createDirectories(file.getParent());
            return Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void unpack(String resource, Path to) {
        try (var in = PlainEngine.class.getResourceAsStream("reference/" + resource)) {
            Files.createDirectories(to.getParent());
            Files.copy(in, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
