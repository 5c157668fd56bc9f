package org.filigree.dataprep.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.filigree.format.FileTree;
import org.filigree.format.Sha256;
import org.filigree.text.TokenRow;

/** Writes one shard: a Parquet file of row groups with bounded tokens, so that a reader may hold few of them. */
public final class ShardWriter {

    /** Tokens of a row group, about: 12 bytes each once read. */
    private static final int GROUP_TOKENS = 65_536;

    /** Beyond any row group's, so that the row count alone ends a group. */
    private static final long GROUP_BYTES = 1L << 30;

    private ShardWriter() {}

    /** @param rows not empty */
    public static ShardManifest.ShardFile write(
            Configuration configuration, String folder, String name, List<TokenRow> rows) throws IOException {
        var longest = rows.stream().mapToInt(TokenRow::length).max().orElseThrow();
        var perGroup = Math.max(1, GROUP_TOKENS / longest);
        var path = new Path(FileTree.join(folder, name));
        var file = HadoopOutputFile.fromPath(path, configuration);
        try (var writer = ExampleParquetWriter.builder(file)
                .withConf(configuration)
                .withType(ShardSchema.MESSAGE)
                .withCompressionCodec(CompressionCodecName.SNAPPY)
                .withRowGroupSize(GROUP_BYTES)
                .withRowGroupRowCountLimit(perGroup)
                .build()) {
            for (var row : rows) {
                writer.write(ShardSchema.group(row));
            }
        }
        var groups = new ArrayList<Integer>();
        for (var first = 0; first < rows.size(); first += perGroup) {
            groups.add(Math.min(perGroup, rows.size() - first));
        }
        var bytes = path.getFileSystem(configuration).getFileStatus(path).getLen();
        return new ShardManifest.ShardFile(name, bytes, digest(rows), groups);
    }

    /** Labels of documents count only where there are some, so that other corpora keep the order they always had. */
    private static String digest(List<TokenRow> rows) {
        var sha = Sha256.start();
        for (var row : rows) {
            for (var values : new int[][] {row.inputIds(), row.labels(), row.documents()}) {
                var bytes = ByteBuffer.allocate((values.length + 1) * Integer.BYTES);
                bytes.putInt(values.length).asIntBuffer().put(values);
                sha.update(bytes.array());
            }
            if (row.hasDocumentLabel()) {
                // Counted below zero: no list of tokens looks alike.
                var bytes = ByteBuffer.allocate(Integer.BYTES + row.documentLabels().length * Double.BYTES);
                bytes.putInt(-row.documentLabels().length).asDoubleBuffer().put(row.documentLabels());
                sha.update(bytes.array());
            }
        }
        return Sha256.hex(sha);
    }
}
