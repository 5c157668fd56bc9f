package org.filigree.dataprep;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.config.RunConfig;
import org.filigree.dataprep.encode.RowEncoder;
import org.filigree.dataprep.files.HadoopFiles;
import org.filigree.dataprep.resources.CpuStages;
import org.filigree.dataprep.shard.DocumentLabels;
import org.filigree.dataprep.shard.ShardManifest;
import org.filigree.dataprep.source.RawRow;
import org.filigree.dataprep.source.SourceReader;
import org.filigree.format.FileTree;
import org.filigree.format.Sha256;
import org.filigree.text.TextEncoder;
import org.filigree.text.TokenizerFiles;
import scala.Tuple2;

/** From a corpus to token shards: one Spark job, and a manifest at its end. */
public final class CorpusPrep {

    /** Rows read for a shard, about; a task holds its token rows at once. */
    private static final int SHARD_ROWS = 8_192;

    private final SparkSession spark;
    private final JavaSparkContext context;
    private final HadoopFiles files;

    public CorpusPrep(SparkSession spark) {
        this.spark = spark;
        this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        this.files = new HadoopFiles(spark.sparkContext().hadoopConfiguration());
    }

    /** @param reused whether the shards were there already */
    public record Result(String folder, ShardManifest manifest, boolean reused) {}

    /**
     * Prepares the run's corpus, or finds it as an earlier call left it.
     *
     * @throws FiligreeException with DATA when there is nothing to train, or too many rows are bad
     */
    public Result prepare(RunConfig run) throws IOException {
        var data = run.data();
        var seed = run.training().seed();
        var tokenizer = tokenizer(run);
        var reader = new SourceReader(spark, seed);
        // Executors write there, and have working directories of their own.
        var root = files.absolute(data.shards() != null ? data.shards() : FileTree.join(run.output(), "shards"));
        var folder = FileTree.join(root, PrepKey.of(data, seed, tokenizer, reader));
        if (files.exists(FileTree.join(folder, ShardManifest.NAME))) {
            var manifest = ShardManifest.read(files, folder);
            checkRejects(data, folder, manifest.count("read"), manifest.count("rejected"), manifest.rejected());
            return new Result(folder, manifest, true);
        }
        if (tokenizer != null) {
            checkOpens(tokenizer);
        }
        var token = UUID.randomUUID().toString().substring(0, 8);
        var written = false;
        try {
            var manifest = write(data, seed, tokenizer, reader, folder, token);
            manifest.write(files, folder);
            written = true;
            return new Result(folder, manifest, false);
        } finally {
            if (!written) {
                removeAllBut(folder, token);
            }
        }
    }

    /** Rejects stay: they say what went wrong. */
    private void removeAllBut(String folder, String token) throws IOException {
        if (files.exists(folder)) {
            for (var name : files.list(folder)) {
                if (name.contains(token)) {
                    files.delete(FileTree.join(folder, name));
                }
            }
        }
    }

    private TokenizerFiles tokenizer(RunConfig run) throws IOException {
        var shapes = new ArrayList<RunConfig.Source>(run.data().train());
        shapes.addAll(run.data().heldOut().sources());
        if (shapes.stream().allMatch(source -> source.shape() == RunConfig.Shape.TOKENS)) {
            return null;
        }
        var tokenizer = TokenizerFiles.read(
                files,
                run.data().tokenizer() != null
                        ? run.data().tokenizer()
                        : run.base().path());
        var chats = shapes.stream()
                .anyMatch(source ->
                        source.shape() == RunConfig.Shape.MESSAGES || source.shape() == RunConfig.Shape.SHAREGPT);
        if (chats && tokenizer.configuration().chatTemplate() == null) {
            throw new FiligreeException(
                    Code.CONFIGURATION,
                    "data: shapes messages and sharegpt need the tokenizer's chat template; its tokenizer_config.json has none");
        }
        return tokenizer;
    }

    /** Here, since on executors a tokenizer's fault would come as a failed job. */
    private static void checkOpens(TokenizerFiles tokenizer) {
        try (var opened = tokenizer.open()) {
            new TextEncoder(opened, tokenizer.configuration());
        } catch (IllegalArgumentException e) {
            throw new FiligreeException(Code.DATA, "tokenizer: " + e.getMessage(), e);
        }
    }

    private ShardManifest write(
            RunConfig.Data data, long seed, TokenizerFiles tokenizer, SourceReader reader, String folder, String token)
            throws IOException {
        var cpus = CpuStages.of(context);
        var raw = cpus.mark(read(data, reader));
        var total = raw.count();
        var parts = tokenizer == null
                ? null
                : context.broadcast(new byte[][] {tokenizer.tokenizer(), tokenizer.config(), tokenizer.template()});
        var all = encoded(raw, data, seed, parts);
        try {
            var encoded = all;
            var duplicates = 0L;
            if (data.deduplicate()) {
                all.persist(StorageLevel.MEMORY_AND_DISK());
                var repeats = cpus.mark(repeats(all));
                duplicates = repeats.count();
                encoded = cpus.mark(all.subtractByKey(repeats));
            }
            var configuration =
                    new SerializableConfiguration(spark.sparkContext().hadoopConfiguration());
            var written = cpus
                    .mark(encoded.repartitionAndSortWithinPartitions(
                            new ByIndex(Math.toIntExact(total / SHARD_ROWS + 1))))
                    .mapPartitions(new ShardTask(configuration, folder, token, data, seed))
                    .collect()
                    .stream()
                    .map(ShardTask::read)
                    .sorted(Comparator.comparingInt(ShardTask.Written::shard))
                    .toList();
            return manifest(data, tokenizer, folder, token, total, duplicates, written);
        } finally {
            all.unpersist(false);
            if (parts != null) {
                parts.destroy();
            }
        }
    }

    private JavaRDD<byte[]> read(RunConfig.Data data, SourceReader reader) throws IOException {
        var all = new ArrayList<>(data.train());
        all.addAll(data.heldOut().sources());
        JavaRDD<byte[]> rows = reader.rows(0, all.get(0));
        for (var i = 1; i < all.size(); i++) {
            rows = rows.union(reader.rows(i, all.get(i)));
        }
        return rows;
    }

    private static JavaPairRDD<Long, byte[]> encoded(
            JavaRDD<byte[]> raw, RunConfig.Data data, long seed, Broadcast<byte[][]> parts) {
        return raw.zipWithIndex().mapPartitionsToPair(rows -> {
            var tokenizer =
                    parts == null ? null : new TokenizerFiles(parts.value()[0], parts.value()[1], parts.value()[2]);
            var encoder = new RowEncoder(data, seed, tokenizer);
            Iterable<Tuple2<byte[], Long>> each = () -> rows;
            return java.util.stream.StreamSupport.stream(each.spliterator(), false)
                    .map(row -> new Tuple2<>(
                            row._2(),
                            encoder.encode(row._2(), RawRow.fromBytes(row._1())).toBytes()))
                    .iterator();
        });
    }

    /** Rows equal to an earlier one, whichever side they are on. */
    private static JavaPairRDD<Long, Boolean> repeats(JavaPairRDD<Long, byte[]> encoded) {
        return encoded.mapToPair(row -> new Tuple2<>(Sha256.of(said(row._2())), row._1()))
                .groupByKey()
                .flatMapToPair(same -> {
                    var first = Long.MAX_VALUE;
                    var others = new ArrayList<Tuple2<Long, Boolean>>();
                    for (var index : same._2()) {
                        first = Math.min(first, index);
                    }
                    for (var index : same._2()) {
                        if (index != first) {
                            others.add(new Tuple2<>(index, true));
                        }
                    }
                    return others.iterator();
                });
    }

    /** What a row says, without the side it is on. */
    private static byte[] said(byte[] encoded) {
        return Arrays.copyOfRange(encoded, 1, encoded.length);
    }

    private ShardManifest manifest(
            RunConfig.Data data,
            TokenizerFiles tokenizer,
            String folder,
            String token,
            long total,
            long duplicates,
            List<ShardTask.Written> written)
            throws IOException {
        var rejected = new TreeMap<String, Long>();
        written.forEach(shard -> shard.rejected().forEach((reason, rows) -> rejected.merge(reason, rows, Long::sum)));
        var rejects = rejected.values().stream().mapToLong(Long::longValue).sum();
        var train = split(folder, "train", token, written, ShardTask.Written::train);
        var heldOut = split(folder, "heldout", token, written, ShardTask.Written::heldOut);
        checkRejects(data, folder, total, rejects, rejected);
        if (train.rows() == 0) {
            throw new FiligreeException(
                    Code.DATA,
                    "no row to train: %d read, %d rejected, %d held out"
                            .formatted(total, rejects, heldOut.documents()));
        }
        if (heldOut.rows() == 0
                && (data.heldOut().share() > 0 || !data.heldOut().sources().isEmpty())) {
            throw new FiligreeException(
                    Code.DATA,
                    "data.held_out: no row is held out of %d read, %d rejected; give a larger share, or rows of its own"
                            .formatted(total, rejects));
        }
        var counts = new TreeMap<String, Long>();
        counts.put("read", total);
        counts.put("duplicates", duplicates);
        counts.put("rejected", rejects);
        var digests = new StringBuilder();
        for (var split : List.of(train, heldOut)) {
            split.files().forEach(file -> digests.append(file.digest()).append('\n'));
            digests.append('\n');
        }
        var maxId = written.stream()
                .mapToInt(
                        shard -> Math.max(shard.train().maxId(), shard.heldOut().maxId()))
                .max()
                .orElse(-1);
        return new ShardManifest(
                ShardManifest.FORMAT,
                Sha256.of(digests.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                tokenizer == null ? null : Sha256.of(tokenizer.tokenizer()),
                maxId + 1,
                data.packing(),
                data.maxLength(),
                counts,
                rejected,
                train,
                heldOut);
    }

    private static void checkRejects(
            RunConfig.Data data, String folder, long read, long rejects, Map<String, Long> reasons) {
        if (rejects > data.maxRejects() * read) {
            throw new FiligreeException(
                    Code.DATA,
                    "%d of %d rows rejected, data.max_rejects allows a share of %s: %s; see %s"
                            .formatted(rejects, read, data.maxRejects(), reasons, FileTree.join(folder, "rejects")));
        }
    }

    private ShardManifest.Split split(
            String folder,
            String side,
            String token,
            List<ShardTask.Written> written,
            Function<ShardTask.Written, ShardTask.Side> of)
            throws IOException {
        var sides = written.stream().map(of).filter(s -> s.file() != null).toList();
        var lengths =
                sides.stream().flatMapToInt(s -> Arrays.stream(s.lengths())).toArray();
        String name = null;
        if (lengths.length > 0) {
            name = "%s-%s.lengths".formatted(side, token);
            var bytes = ByteBuffer.allocate(Math.multiplyExact(lengths.length, Integer.BYTES));
            bytes.asIntBuffer().put(lengths);
            try (var out = files.create(FileTree.join(folder, name), false)) {
                out.write(bytes.array());
            }
        }
        return new ShardManifest.Split(
                sides.stream().map(ShardTask.Side::file).toList(),
                name,
                lengths.length,
                sides.stream().mapToLong(ShardTask.Side::documents).sum(),
                sides.stream().mapToLong(ShardTask.Side::tokens).sum(),
                sides.stream().mapToLong(ShardTask.Side::targets).sum(),
                Arrays.stream(lengths).max().orElse(0),
                sides.stream().mapToInt(ShardTask.Side::longestDocument).max().orElse(0),
                sides.stream().map(ShardTask.Side::documentLabels).reduce(DocumentLabels.NONE, DocumentLabels::plus));
    }

    /** Consecutive rows in one partition. */
    private static final class ByIndex extends Partitioner {
        private static final long serialVersionUID = 1;
        private final int shards;

        ByIndex(int shards) {
            this.shards = shards;
        }

        @Override
        public int numPartitions() {
            return shards;
        }

        @Override
        public int getPartition(Object index) {
            return (int) ((Long) index / SHARD_ROWS);
        }
    }
}
