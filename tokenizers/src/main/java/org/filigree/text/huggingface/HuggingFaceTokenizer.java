package org.filigree.text.huggingface;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.filigree.format.Sha256;
import org.filigree.text.Tokenizer;

/** One tokenizer.json in the Rust library. */
final class HuggingFaceTokenizer implements Tokenizer {

    private final ai.djl.huggingface.tokenizers.HuggingFaceTokenizer library;
    private final Map<String, Integer> ids = new HashMap<>();
    private final String[] tokens;
    private final String fingerprint;

    HuggingFaceTokenizer(ai.djl.huggingface.tokenizers.HuggingFaceTokenizer library, JsonNode json, byte[] content) {
        this.library = library;
        var vocabulary = json.path("model").path("vocab");
        if (vocabulary.isObject()) {
            vocabulary
                    .properties()
                    .forEach(token -> ids.put(token.getKey(), token.getValue().intValue()));
        } else {
            for (var id = 0; id < vocabulary.size(); id++) {
                ids.put(vocabulary.get(id).path(0).asText(), id);
            }
        }
        json.path("added_tokens")
                .forEach(token ->
                        ids.put(token.path("content").asText(), token.path("id").intValue()));
        tokens = new String
                [ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1];
        ids.forEach((token, id) -> tokens[id] = token);
        fingerprint = Sha256.of(content);
    }

    @Override
    public int[] encode(String text, boolean addSpecialTokens) {
        var encoded = library.encode(text, addSpecialTokens, false).getIds();
        return Arrays.stream(encoded).mapToInt(Math::toIntExact).toArray();
    }

    @Override
    public String decode(int[] tokenIds, boolean skipSpecialTokens) {
        return library.decode(Arrays.stream(tokenIds).asLongStream().toArray(), skipSpecialTokens);
    }

    @Override
    public int id(String token) {
        return ids.getOrDefault(token, -1);
    }

    @Override
    public String token(int id) {
        return id < 0 || id >= tokens.length ? null : tokens[id];
    }

    @Override
    public int size() {
        return tokens.length;
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public void close() {
        library.close();
    }
}
