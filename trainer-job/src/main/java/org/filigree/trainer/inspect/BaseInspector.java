package org.filigree.trainer.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import org.filigree.format.FileTree;
import org.filigree.format.FormatException;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.model.DataType;
import org.filigree.model.ModelSpec;
import org.filigree.model.Op;
import org.filigree.text.TokenizerFiles;

/** A base: its shape, its size, its tokenizer. */
final class BaseInspector {

    private BaseInspector() {}

    static Inspection inspect(FileTree files, String path) throws IOException {
        var base = HuggingFaceFolder.open(files, path);
        var spec = base.spec();
        var found = Inspection.of(Inspection.Kind.BASE, path);
        var facts = found.facts();
        facts.put("family", spec.family()).put("parameters", base.parameters());
        facts.put("dtype", base.storedType().name().toLowerCase(Locale.ROOT));
        facts.put("weights_bytes", Inspector.bytes(files, path, ".safetensors"));
        facts.put("load_float32_bytes", base.parameters() * DataType.FLOAT32.bytes());
        facts.put("load_bfloat16_bytes", base.parameters() * DataType.BFLOAT16.bytes());
        facts.put("layers", spec.body().size());
        attention(spec, facts);
        facts.put("width", spec.width());
        facts.put("vocabulary", spec.vocabulary()).put("positions", spec.maxPositions());
        rope(spec, base.config(), facts);
        facts.put("tied_embeddings", tied(spec));
        facts.put("fingerprint", base.fingerprint());
        if (base.storedType() == DataType.FLOAT64) {
            found.shortcomings()
                    .add("weights in float64: twice the size, and no engine but the plain one computes in it");
        }
        if (spec.family().equals("gpt2")) {
            found.vllm().add(VllmLimits.GPT2);
        }
        tokens(base, facts);
        var known = text(files, base, found);
        UntrainedTokens.of(base, known).addTo(found);
        return found;
    }

    private static void attention(ModelSpec spec, ObjectNode facts) {
        spec.body().stream()
                .flatMap(block -> block.ops().stream())
                .filter(Op.Attention.class::isInstance)
                .map(Op.Attention.class::cast)
                .findFirst()
                .ifPresent(attention -> {
                    facts.put("heads", attention.heads()).put("key_heads", attention.keyHeads());
                    facts.put("head_width", attention.headDim());
                    if (attention.window() > 0) {
                        facts.put("sliding_window", attention.window());
                    }
                });
    }

    /** As config.json says it: older files keep theta and scaling apart. */
    private static void rope(ModelSpec spec, JsonNode config, ObjectNode facts) {
        if (spec.rope() == null) {
            return;
        }
        var scaling =
                config.hasNonNull("rope_parameters") ? config.path("rope_parameters") : config.path("rope_scaling");
        var theta = scaling.hasNonNull("rope_theta") ? scaling.path("rope_theta") : config.path("rope_theta");
        facts.put("rope_theta", theta.asDouble(10_000));
        if (scaling.isObject()) {
            facts.set("rope_scaling", scaling);
        } else {
            facts.put("rope_scaling", "none");
        }
    }

    private static boolean tied(ModelSpec spec) {
        return spec.linears().stream()
                .anyMatch(linear ->
                        linear.module().equals("lm_head") && !linear.weight().equals("lm_head.weight"));
    }

    private static void tokens(HuggingFaceFolder base, ObjectNode facts) {
        base.bosTokenId().ifPresent(id -> facts.put("begin_token_id", id));
        var ends = facts.putArray("end_token_ids");
        base.eosTokenIds().forEach(ends::add);
        base.padTokenId().ifPresent(id -> facts.put("pad_token_id", id));
    }

    /** Looks at the tokenizer; returns the ids it has, or the whole vocabulary where there is none. */
    private static int text(FileTree files, HuggingFaceFolder base, Inspection found) throws IOException {
        var vocabulary = base.spec().vocabulary();
        if (!files.exists(FileTree.join(base.path(), TokenizerFiles.TOKENIZER))) {
            found.facts().put("tokenizer", false);
            found.shortcomings().add("no tokenizer.json: text can be neither trained on nor generated");
            return vocabulary;
        }
        var text = TokenizerFiles.read(files, base.path());
        var chat = text.configuration().chatTemplate() != null;
        try (var tokenizer = text.open()) {
            found.facts().put("tokenizer", true).put("tokenizer_ids", tokenizer.size());
            if (tokenizer.size() > vocabulary) {
                found.shortcomings()
                        .add("a tokenizer that does not fit the base: its largest id is %d, the base has %d tokens"
                                .formatted(tokenizer.size() - 1, vocabulary));
            }
            found.facts().put("chat_template", chat);
            if (!chat) {
                found.shortcomings().add("no chat template: rows of shape messages and --chat need one");
            }
            return Math.min(vocabulary, tokenizer.size());
        } catch (IllegalArgumentException e) {
            throw new FormatException("%s: %s".formatted(base.path(), e.getMessage()), e);
        }
    }
}
