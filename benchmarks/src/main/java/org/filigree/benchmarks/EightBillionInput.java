package org.filigree.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.util.Map;
import org.filigree.engine.Base;
import org.filigree.engine.SessionOptions;
import org.filigree.format.FileTree;
import org.filigree.format.LocalFiles;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.AdapterPlanner;
import org.filigree.lora.LoraConfig;
import org.filigree.model.DataType;
import org.filigree.model.Families;
import org.filigree.model.ModelSpec;
import org.filigree.model.Weights;
import org.filigree.text.TokenRow;
import org.filigree.trainer.round.WorkerInput;

/**
 * The shape of Llama-3.1-8B without its weights, on {@link RecordedStep}, and rows of two tokens.
 *
 * @param layers 32; fewer make a smaller adapter with modules of the same shapes
 */
record EightBillionInput(int layers, LoraConfig lora) implements WorkerInput {

    static ModelSpec spec(int layers) {
        return Families.spec(new ObjectMapper()
                .valueToTree(Map.ofEntries(
                        Map.entry("model_type", "llama"),
                        Map.entry("hidden_size", 4096),
                        Map.entry("intermediate_size", 14_336),
                        Map.entry("num_hidden_layers", layers),
                        Map.entry("num_attention_heads", 32),
                        Map.entry("num_key_value_heads", 8),
                        Map.entry("vocab_size", 128_256),
                        Map.entry("max_position_embeddings", 2048),
                        Map.entry("rms_norm_eps", 1e-5),
                        Map.entry("rope_theta", 500_000.0),
                        Map.entry("hidden_act", "silu"),
                        Map.entry("tie_word_embeddings", false))));
    }

    @Override
    public String baseFingerprint() {
        return "eight billion, recorded, " + layers;
    }

    @Override
    public FileTree files() {
        return new LocalFiles();
    }

    @Override
    public Base load() {
        var spec = spec(layers);
        return Base.load(RecordedStep.kernels(), spec, name -> unread(spec, name));
    }

    private static Weights.Stored unread(ModelSpec spec, String name) {
        var shape = spec.weights().stream()
                .filter(weight -> weight.name().equals(name))
                .findFirst()
                .orElseThrow();
        return new Weights.Stored(DataType.FLOAT32, shape.rows(), shape.columns(), ByteBuffer.allocate(0));
    }

    @Override
    public SessionOptions options() {
        return SessionOptions.DEFAULT;
    }

    @Override
    public AdapterPlan plan(ModelSpec spec) {
        return AdapterPlanner.plan(spec, lora);
    }

    @Override
    public float[] published(String folder, AdapterPlan plan) {
        throw new UnsupportedOperationException("nothing is published here");
    }

    @Override
    public String corpusFingerprint() {
        return "two tokens";
    }

    @Override
    public Rows rows(Side side) {
        return id -> TokenRow.of(new int[] {1, 2}, new int[] {1, 2});
    }
}
