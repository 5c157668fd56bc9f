package org.filigree.dataprep;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfig.Overlong;
import org.filigree.config.RunConfig.Shape;
import org.filigree.config.RunConfig.Source;

/** Small corpora, a tokenizer of whole words, and configurations for them. */
final class Corpora {

    private static final String TOKENIZER = """
            {"version": "1.0", "truncation": null, "padding": null, "normalizer": null, "decoder": null,
             "post_processor": null, "pre_tokenizer": {"type": "WhitespaceSplit"},
             "added_tokens": [
               {"id": 0, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
               {"id": 1, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
             "model": {"type": "WordLevel", "unk_token": "?", "vocab":
               {"<s>": 0, "</s>": 1, "?": 2, "a": 3, "b": 4, "c": 5, "d": 6, "user:": 7, "assistant:": 8}}}""";

    private static final String CONFIG = """
            {"bos_token": "<s>", "eos_token": "</s>", "chat_template":
             "{% for m in messages %}{{ m.role }}: {{ m.content }} {% if m.role == 'assistant' %}</s> {% endif %}{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"}""";

    private Corpora() {}

    static SparkSession spark() {
        return SparkSession.builder()
                .master("local[2,4]")
                .appName("prep")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .getOrCreate();
    }

    static Path tokenizer(Path folder) throws IOException {
        write(folder.resolve("tokenizer/tokenizer.json"), TOKENIZER);
        write(folder.resolve("tokenizer/tokenizer_config.json"), CONFIG);
        return folder.resolve("tokenizer");
    }

    static Path write(Path file, String content) throws IOException {
        return write(file, content.getBytes(StandardCharsets.UTF_8));
    }

    static Path write(Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    static Source source(Path path, Shape shape, Map<String, String> columns) {
        return new Source(path.toString(), null, null, null, Map.of(), shape, columns, 1, 0, 0);
    }

    static Source source(Path path, Shape shape) {
        return source(path, shape, Map.of());
    }

    /** Nothing rejected goes unnoticed, one document a row, in the corpus's order. */
    static RunConfig.Data data(Path tokenizer, Source... train) {
        return data(tokenizer, true, 0, train);
    }

    static RunConfig.Data data(Path tokenizer, boolean completionOnlyLoss, double maxRejects, Source... train) {
        return new RunConfig.Data(
                List.of(train),
                new RunConfig.HeldOut(0, List.of()),
                64,
                Overlong.TRUNCATE,
                false,
                false,
                completionOnlyLoss,
                false,
                maxRejects,
                null,
                tokenizer.toString());
    }

    static RunConfig run(Path output, RunConfig.Data data) {
        var training = new RunConfig.Training(
                1,
                -1,
                1,
                1,
                0.1,
                RunConfig.Schedule.CONSTANT,
                0,
                0,
                0.9,
                0.999,
                1e-8,
                1,
                null,
                42,
                RunConfig.ReportTo.NONE);
        return new RunConfig("run", output.toString(), null, null, data, null, training, null, null, null);
    }
}
