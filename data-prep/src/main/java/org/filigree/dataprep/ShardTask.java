package org.filigree.dataprep;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.util.SerializableConfiguration;
import org.filigree.config.RunConfig;
import org.filigree.dataprep.encode.EncodedRow;
import org.filigree.dataprep.files.HadoopFiles;
import org.filigree.dataprep.shard.DocumentLabels;
import org.filigree.dataprep.shard.Packer;
import org.filigree.dataprep.shard.ShardManifest;
import org.filigree.dataprep.shard.ShardWriter;
import org.filigree.format.FileTree;
import org.filigree.lora.CounterRandom;
import org.filigree.text.TokenRow;
import scala.Tuple2;

/**
 * Writes the shards of one partition: training rows, held-out rows, rejects. Names carry the attempt, and only those that
 * the driver got as a result come into the manifest, so a task that is retried or runs twice does no harm.
 */
final class ShardTask implements FlatMapFunction<Iterator<Tuple2<Long, byte[]>>, String> {

    private static final long serialVersionUID = 1;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int OPEN_ROWS = 64;

    private final SerializableConfiguration configuration;
    private final String folder;
    private final String token;
    private final RunConfig.Data data;
    private final long seed;

    ShardTask(SerializableConfiguration configuration, String folder, String token, RunConfig.Data data, long seed) {
        this.configuration = configuration;
        this.folder = folder;
        this.token = token;
        this.data = data;
        this.seed = seed;
    }

    /** One side's shard; {@code file} is null where there is no row. */
    record Side(
            ShardManifest.ShardFile file,
            int[] lengths,
            long documents,
            long tokens,
            long targets,
            int longestDocument,
            int maxId,
            DocumentLabels documentLabels) {}

    /** @param rejected reason -> rows */
    record Written(int shard, Side train, Side heldOut, SortedMap<String, Long> rejected) {}

    static Written read(String json) {
        try {
            return JSON.readValue(json, Written.class);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Iterator<String> call(Iterator<Tuple2<Long, byte[]>> rows) throws IOException {
        var train = new ArrayList<TokenRow>();
        var heldOut = new ArrayList<TokenRow>();
        var rejects = new ArrayList<String>();
        var reasons = new TreeMap<String, Long>();
        while (rows.hasNext()) {
            var encoded = EncodedRow.fromBytes(rows.next()._2());
            if (encoded instanceof EncodedRow.Tokens tokens) {
                (tokens.heldOut() ? heldOut : train).addAll(tokens.rows());
            } else if (encoded instanceof EncodedRow.Rejected rejected) {
                rejects.add(rejected.json());
                reasons.merge(rejected.reason(), 1L, Long::sum);
            }
        }
        var context = TaskContext.get();
        var shard = context.partitionId();
        var name = "%05d-%s-%d".formatted(shard, token, context.taskAttemptId());
        if (!rejects.isEmpty()) {
            try (var out = new HadoopFiles(configuration.value())
                    .create(FileTree.join(folder, "rejects/" + name + ".jsonl"), false)) {
                out.write((String.join("\n", rejects) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        if (data.shuffle()) {
            shuffle(train, CounterRandom.key(seed, CounterRandom.name("shard"), shard));
        }
        var written = new Written(
                shard,
                side("train-" + name + ".parquet", train),
                side("heldout-" + name + ".parquet", heldOut),
                reasons);
        return List.of(JSON.writeValueAsString(written)).iterator();
    }

    private static void shuffle(List<TokenRow> rows, long key) {
        for (var i = rows.size() - 1; i > 0; i--) {
            java.util.Collections.swap(rows, i, (int) CounterRandom.below(key, i, i + 1L));
        }
    }

    private Side side(String name, List<TokenRow> documents) throws IOException {
        if (documents.isEmpty()) {
            return new Side(null, new int[0], 0, 0, 0, 0, -1, DocumentLabels.NONE);
        }
        var rows = data.packing()
                ? new Packer(data.maxLength(), data.shuffle() ? OPEN_ROWS : 1).pack(documents)
                : documents;
        var maxId = rows.stream()
                .flatMapToInt(row -> IntStream.concat(IntStream.of(row.inputIds()), IntStream.of(row.labels())))
                .max()
                .orElseThrow();
        return new Side(
                ShardWriter.write(configuration.value(), folder, name, rows),
                rows.stream().mapToInt(TokenRow::length).toArray(),
                documents.size(),
                rows.stream().mapToLong(TokenRow::length).sum(),
                rows.stream().mapToLong(TokenRow::targets).sum(),
                documents.stream().mapToInt(TokenRow::length).max().orElseThrow(),
                maxId,
                DocumentLabels.of(documents));
    }
}
