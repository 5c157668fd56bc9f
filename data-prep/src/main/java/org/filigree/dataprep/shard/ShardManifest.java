package org.filigree.dataprep.shard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.filigree.format.FileTree;
import org.filigree.format.FormatException;

/**
 * What a folder of token shards holds. Written last: a folder without one is no corpus, and a file that it does not name
 * is nothing. It does not know the number of workers.
 *
 * @param format of the folder, {@link #FORMAT}; shards of another are prepared again
 * @param fingerprint of every token and label, in order: the order of rows in training is a function of it
 * @param tokenizer SHA-256 of the tokenizer.json; null for ready-made tokens
 * @param vocabulary one more than the largest token id
 * @param packed whether rows hold several documents
 * @param counts what became of the rows that were read: {@code read}, {@code duplicates}, {@code rejected}
 * @param rejected reason -> rows
 */
public record ShardManifest(
        int format,
        String fingerprint,
        String tokenizer,
        int vocabulary,
        boolean packed,
        int maxLength,
        SortedMap<String, Long> counts,
        SortedMap<String, Long> rejected,
        Split train,
        Split heldOut) {

    public static final String NAME = "manifest.json";

    /** Raised with every change of the manifest or of the shards. */
    public static final int FORMAT = 2;

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Rows for training or for evaluation; row ids count through its files in order.
     *
     * @param lengths file with the tokens of each row, four bytes each, big-endian; null where there are no rows
     * @param documents before packing
     * @param targets tokens that are trained
     * @param longest tokens of the longest row
     * @param longestDocument tokens of the longest document, which is what a model has to place
     * @param documentLabels of its documents as wholes
     */
    public record Split(
            List<ShardFile> files,
            String lengths,
            int rows,
            long documents,
            long tokens,
            long targets,
            int longest,
            int longestDocument,
            DocumentLabels documentLabels) {

        /** Rows of each row group, through all files. */
        public int[] groupRows() {
            return files.stream()
                    .flatMapToInt(file -> file.groupRows().stream().mapToInt(Integer::intValue))
                    .toArray();
        }
    }

    /**
     * One Parquet file.
     *
     * @param digest SHA-256 of its rows, whatever Parquet makes of them
     * @param groupRows rows of each row group
     */
    public record ShardFile(String name, long bytes, String digest, List<Integer> groupRows) {}

    /** @throws FormatException in one line when the folder holds no corpus */
    public static ShardManifest read(FileTree files, String folder) throws IOException {
        var path = FileTree.join(folder, NAME);
        if (!files.exists(path)) {
            throw new FormatException(path + ": no such file; a corpus is a folder that filigree prep wrote");
        }
        try (var in = files.open(path)) {
            var json = JSON.readTree(in);
            // The first format did not name itself.
            var format = json.path("format").asInt(1);
            if (format != FORMAT) {
                throw new FormatException("%s: token shards of format %d, wanted %d: prepare the corpus again"
                        .formatted(path, format, FORMAT));
            }
            return JSON.treeToValue(json, ShardManifest.class);
        } catch (JsonProcessingException e) {
            throw new FormatException(path + ": not a manifest of token shards: " + e.getOriginalMessage(), e);
        }
    }

    /** The commit of a corpus. */
    public void write(FileTree files, String folder) throws IOException {
        try (var out = files.create(FileTree.join(folder, NAME), false)) {
            out.write(JSON.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(this));
        }
    }

    /** Of both sides. */
    public DocumentLabels documentLabels() {
        return train.documentLabels().plus(heldOut.documentLabels());
    }

    /** Tokens of each row of a split. */
    public static int[] lengths(FileTree files, String folder, Split split) throws IOException {
        var lengths = new int[split.rows()];
        if (split.rows() > 0) {
            var path = FileTree.join(folder, split.lengths());
            try (var in = files.open(path)) {
                var bytes = in.readAllBytes();
                if (bytes.length != lengths.length * Integer.BYTES) {
                    throw new FormatException("%s: found %d bytes, wanted %d"
                            .formatted(path, bytes.length, lengths.length * Integer.BYTES));
                }
                ByteBuffer.wrap(bytes).asIntBuffer().get(lengths);
            }
        }
        return lengths;
    }

    /** Counts as they stand in a map of reasons. */
    public long count(String what) {
        return ((Map<String, Long>) counts).getOrDefault(what, 0L);
    }
}
