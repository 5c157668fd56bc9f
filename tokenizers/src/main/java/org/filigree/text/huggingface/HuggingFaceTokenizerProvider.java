package org.filigree.text.huggingface;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.filigree.text.Tokenizer;
import org.filigree.text.TokenizerProvider;

/** Tokenizers of the Rust library, through DJL. */
public final class HuggingFaceTokenizerProvider implements TokenizerProvider {

    /** DJL calls home unless this says not to; environment or system property. */
    private static final String OPT_OUT = "OPT_OUT_TRACKING";

    /** Where DJL sees a GPU it would fetch a build for it over the network; that of its jar does. */
    private static final String FLAVOR = "RUST_FLAVOR";

    /** Where DJL unpacks the native library; its default is below the home folder, which a container may lack. */
    private static final String CACHE = "ENGINE_CACHE_DIR";

    @Override
    public Tokenizer create(byte[] tokenizerJson) {
        settle(OPT_OUT, "true");
        settle(FLAVOR, "cpu");
        settle(
                CACHE,
                Path.of(System.getProperty("java.io.tmpdir"), "filigree-tokenizers-" + System.getProperty("user.name"))
                        .toString());
        try {
            JsonNode json = new ObjectMapper().readTree(tokenizerJson);
            var library = ai.djl.huggingface.tokenizers.HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(tokenizerJson), Map.of("truncation", "false", "padding", "false"));
            return new HuggingFaceTokenizer(library, json, tokenizerJson);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException(
                    "tokenizer.json is not one that the tokenizers library reads: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    e);
        }
    }

    private static void settle(String name, String value) {
        if (System.getenv(name) == null && System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }
}
