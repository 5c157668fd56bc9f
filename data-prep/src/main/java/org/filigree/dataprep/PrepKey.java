package org.filigree.dataprep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;
import org.filigree.config.RunConfig;
import org.filigree.dataprep.shard.ShardManifest;
import org.filigree.dataprep.source.SourceReader;
import org.filigree.format.Sha256;
import org.filigree.text.TokenizerFiles;

/** The name of a corpus's folder: equal where inputs, tokenizer and settings are, so that nothing is ever mixed. */
final class PrepKey {

    /** Raised when the same inputs would come to other shards of the same format. */
    private static final int VERSION = 1;

    private static final int CHARACTERS = 16;

    private PrepKey() {}

    static String of(RunConfig.Data data, long seed, TokenizerFiles tokenizer, SourceReader reader) throws IOException {
        var key = new LinkedHashMap<String, Object>();
        key.put("version", VERSION);
        key.put("format", ShardManifest.FORMAT);
        key.put("seed", seed);
        key.put("train", sources(data.train(), reader));
        key.put("heldOut", sources(data.heldOut().sources(), reader));
        key.put("heldOutShare", data.heldOut().share());
        key.put("maxLength", data.maxLength());
        key.put("overlong", data.overlong());
        key.put("packing", data.packing());
        key.put("shuffle", data.shuffle());
        key.put("completionOnly", data.completionOnlyLoss());
        key.put("deduplicate", data.deduplicate());
        key.put(
                "tokenizer",
                tokenizer == null
                        ? null
                        : List.of(
                                Sha256.of(tokenizer.tokenizer()),
                                Sha256.of(tokenizer.config()),
                                Sha256.of(tokenizer.template())));
        try {
            return Sha256.of(new ObjectMapper().writeValueAsBytes(key)).substring(0, CHARACTERS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Object> sources(List<RunConfig.Source> sources, SourceReader reader) throws IOException {
        var list = new ArrayList<Object>();
        for (var source : sources) {
            list.add(reader.identity(source));
            list.add(source.shape());
            list.add(new TreeMap<>(source.columns()));
            list.add(new TreeMap<>(source.options()));
            list.add(String.valueOf(source.format()));
            list.add(List.of(source.weight(), source.skip(), source.limit()));
        }
        return list;
    }
}
