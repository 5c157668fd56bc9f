package org.filigree.dataprep.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.hadoop.conf.Configuration;
import org.filigree.dataprep.encode.EncodedRow;
import org.filigree.text.TokenRow;

/** Documents, labelled by token or as wholes, through every form they take on their way to an executor. */
class ShardRoundTripTest {

    @Provide
    Arbitrary<List<TokenRow>> documents() {
        var ids = Arbitraries.integers()
                .between(0, 200_000)
                .array(int[].class)
                .ofMinSize(1)
                .ofMaxSize(20);
        var tokens = Combinators.combine(ids, Arbitraries.longs()).as((row, mask) -> {
            var labels = row.clone();
            for (var i = 0; i < labels.length; i++) {
                labels[i] = (mask >> i & 1) == 0 ? row[i] : TokenRow.IGNORED;
            }
            return TokenRow.of(row, labels);
        });
        var whole = Combinators.combine(ids, Arbitraries.doubles()).as(TokenRow::labelled);
        return Arbitraries.oneOf(tokens, whole).list().ofMinSize(1).ofMaxSize(30);
    }

    private static void assertSame(List<TokenRow> found, List<TokenRow> wanted) {
        assertThat(found.stream().map(ShardRoundTripTest::told))
                .containsExactlyElementsOf(
                        wanted.stream().map(ShardRoundTripTest::told).toList());
    }

    private static List<Object> told(TokenRow row) {
        return List.of(
                Arrays.stream(row.inputIds()).boxed().toList(),
                Arrays.stream(row.labels()).boxed().toList(),
                Arrays.stream(row.documents()).boxed().toList(),
                Arrays.stream(row.documentLabels()).boxed().toList());
    }

    @Property
    void documentsAreFramedAsTheyAre(@ForAll("documents") List<TokenRow> documents, @ForAll boolean heldOut) {
        var read = (EncodedRow.Tokens) EncodedRow.fromBytes(new EncodedRow.Tokens(heldOut, documents).toBytes());
        assertThat(read.heldOut()).isEqualTo(heldOut);
        assertSame(read.rows(), documents);
    }

    @Property
    void packingLosesNoLabel(@ForAll("documents") List<TokenRow> documents) {
        var unpacked = new ArrayList<TokenRow>();
        for (var row : new Packer(40, 1).pack(documents)) {
            var from = 0;
            for (var d = 0; d < row.documents().length; d++) {
                var to = from + row.documents()[d];
                var label = row.documentLabel(d);
                unpacked.add(new TokenRow(
                        Arrays.copyOfRange(row.inputIds(), from, to),
                        Arrays.copyOfRange(row.labels(), from, to),
                        new int[] {to - from},
                        Double.isNaN(label) ? new double[0] : new double[] {label}));
                from = to;
            }
        }
        assertSame(unpacked, documents);
    }

    @Property(tries = 50)
    void aShardReadsBackAsItWasWritten(@ForAll("documents") List<TokenRow> documents) throws IOException {
        var rows = new Packer(40, 3).pack(documents);
        var folder = Files.createTempDirectory("shard");
        var configuration = new Configuration();
        try {
            var file = ShardWriter.write(configuration, folder.toString(), "rows.parquet", rows);
            var split =
                    new ShardManifest.Split(List.of(file), null, rows.size(), 0, 0, 0, 0, 0, DocumentLabels.of(rows));
            var reader = new ShardReader(configuration, folder.toString(), split, 1);
            var read = new ArrayList<TokenRow>();
            for (var row = 0; row < rows.size(); row++) {
                read.add(reader.row(row));
            }
            assertSame(read, rows);
        } finally {
            try (var files = Files.list(folder)) {
                for (var file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    @Property(tries = 30)
    void anotherLabelIsAnotherDigest(@ForAll int label, @ForAll int other) throws IOException {
        var ids = new int[] {1, 2, 3};
        assertThat(digest(TokenRow.labelled(ids, label)).equals(digest(TokenRow.labelled(ids, other))))
                .isEqualTo(label == other);
    }

    private static String digest(TokenRow row) throws IOException {
        var folder = Files.createTempDirectory("shard");
        try {
            return ShardWriter.write(new Configuration(), folder.toString(), "rows.parquet", List.of(row))
                    .digest();
        } finally {
            try (var files = Files.list(folder)) {
                for (var file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }
}
