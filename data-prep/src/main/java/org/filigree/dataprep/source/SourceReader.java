package org.filigree.dataprep.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.lib.input.TextInputFormat;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfig.Source;
import org.filigree.lora.CounterRandom;
import scala.jdk.javaapi.CollectionConverters;

/** Reads sources as framed {@link RawRow}s, always in the same order. */
public final class SourceReader {

    private final SparkSession spark;
    private final JavaSparkContext context;
    private final Configuration configuration;
    private final long seed;

    public SourceReader(SparkSession spark, long seed) {
        this.spark = spark;
        this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        this.configuration = spark.sparkContext().hadoopConfiguration();
        this.seed = seed;
    }

    /** What makes the source the same as before: its files, or a checksum of a table's rows. */
    public List<Object> identity(Source source) throws IOException {
        if (source.path() != null) {
            return new ArrayList<>(InputFiles.of(configuration, source.path()));
        }
        var sums = table(source)
                .selectExpr("xxhash64(to_json(struct(*))) AS h")
                .selectExpr("count(*)", "bit_xor(h)")
                .first();
        return List.of(sums.getLong(0), sums.isNullAt(1) ? 0 : sums.getLong(1));
    }

    /** The source's rows, its {@code skip}, {@code limit} and {@code weight} applied. */
    public JavaRDD<byte[]> rows(int index, Source source) throws IOException {
        return cut(source.path() != null ? files(index, source) : ordered(index, json(source, table(source))), source);
    }

    private JavaRDD<byte[]> cut(JavaRDD<byte[]> rows, Source source) {
        var skip = source.skip();
        var end = source.limit() == 0 ? Long.MAX_VALUE : skip + source.limit();
        var weight = source.weight();
        if (skip == 0 && end == Long.MAX_VALUE && weight == 1) {
            return rows;
        }
        var key = CounterRandom.key(seed, CounterRandom.name("weight"));
        return rows.zipWithIndex()
                .filter(row -> row._2() >= skip && row._2() < end)
                .flatMap(row -> Collections.nCopies(copies(weight, key, row._2()), row._1())
                        .iterator());
    }

    /** Whole copies for all, the rest of the weight by lot. */
    static int copies(double weight, long key, long index) {
        var whole = (int) Math.floor(weight);
        return whole + (CounterRandom.uniform(key, index) < weight - whole ? 1 : 0);
    }

    private JavaRDD<byte[]> files(int index, Source source) throws IOException {
        var parts = new ArrayList<JavaRDD<byte[]>>();
        for (var file : InputFiles.of(configuration, source.path())) {
            parts.add(file(index, source, file));
        }
        return context.union(CollectionConverters.asScala(parts).toSeq());
    }

    private JavaRDD<byte[]> file(int index, Source source, InputFiles file) {
        var format = source.format() != null ? source.format() : file.extension();
        return switch (format) {
            case "json", "jsonl", "ndjson" -> lines(index, source, file.path(), false);
            case "txt", "text", "md" -> lines(index, source, file.path(), true);
            case "csv", "tsv" ->
                json(
                        index,
                        reader(source)
                                .option("header", source.options().getOrDefault("header", "true"))
                                .option("multiLine", source.options().getOrDefault("multiLine", "true"))
                                .option("escape", source.options().getOrDefault("escape", "\""))
                                .option("sep", source.options().getOrDefault("sep", format.equals("tsv") ? "\t" : ","))
                                .csv(file.path())
                                .toJSON());
            case "parquet", "orc" ->
                json(index, json(source, reader(source).format(format).load(file.path())));
            default -> {
                if (source.format() == null) {
                    throw new FiligreeException(
                            Code.CONFIGURATION,
                            "data: %s: its name does not tell the format; give format: json, text, csv, parquet or any that spark.read has"
                                    .formatted(file.path()));
                }
                yield json(index, json(source, reader(source).format(format).load(file.path())));
            }
        };
    }

    private org.apache.spark.sql.DataFrameReader reader(Source source) {
        return spark.read().options(source.options());
    }

    /** Bytes between line ends, so that broken UTF-8 is seen; blank lines are not rows. */
    private JavaRDD<byte[]> lines(int index, Source source, String path, boolean plain) {
        var settings = new Configuration(configuration);
        if ("paragraph".equals(source.options().get("sample_by"))) {
            settings.set("textinputformat.record.delimiter", "\n\n");
        }
        return context.newAPIHadoopFile(path, TextInputFormat.class, LongWritable.class, Text.class, settings)
                .map(line -> Arrays.copyOf(line._2().getBytes(), line._2().getLength()))
                .filter(line -> !new String(line, StandardCharsets.ISO_8859_1).isBlank())
                .map(line -> new RawRow(index, plain, line).toBytes());
    }

    /** @throws FiligreeException with CONFIGURATION, in Spark's own first sentence, when there is no such table or column */
    private Dataset<Row> table(Source source) {
        try {
            return analysed(source);
        } catch (Exception e) {
            // Spark's Scala methods throw it without declaring it.
            if (e instanceof AnalysisException) {
                var sentence = e.getMessage().lines().findFirst().orElse("").replaceFirst("(\\.) .*", "$1");
                throw new FiligreeException(
                        Code.CONFIGURATION, "data: %s: %s".formatted(source.describe(), sentence), e);
            }
            throw e;
        }
    }

    private Dataset<Row> analysed(Source source) {
        if (source.table() != null) {
            return spark.table(source.table());
        }
        if (source.sql() != null) {
            return spark.sql(source.sql());
        }
        return reader(source).format(source.format()).load();
    }

    /** Rows as JSON; of ready-made tokens with their nulls, where a null label is a mistake and none is a choice. */
    private static Dataset<String> json(Source source, Dataset<Row> rows) {
        return source.shape() == RunConfig.Shape.TOKENS
                ? rows.select(functions
                                .to_json(functions.struct("*"), Map.of("ignoreNullFields", "false"))
                                .as("value"))
                        .as(Encoders.STRING())
                : rows.toJSON();
    }

    private static JavaRDD<byte[]> json(int index, Dataset<String> rows) {
        return rows.toJavaRDD().map(row -> new RawRow(index, false, row.getBytes(StandardCharsets.UTF_8)).toBytes());
    }

    /** Spark promises no order of a table's rows, so they get one: that of their JSON texts. */
    private static JavaRDD<byte[]> ordered(int index, Dataset<String> rows) {
        return json(index, rows.orderBy("value"));
    }
}
