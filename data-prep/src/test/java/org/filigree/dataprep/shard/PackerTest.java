package org.filigree.dataprep.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.filigree.text.TokenRow;

class PackerTest {

    private static final int MAX = 12;

    private static List<TokenRow> documents(List<Integer> lengths) {
        var documents = new ArrayList<TokenRow>();
        for (var d = 0; d < lengths.size(); d++) {
            var ids = new int[lengths.get(d)];
            Arrays.fill(ids, d);
            documents.add(TokenRow.of(ids, ids));
        }
        return documents;
    }

    @Property
    void everyDocumentStandsWholeInOneRowAndNoRowIsTooLong(
            @ForAll @Size(max = 40) List<@IntRange(min = 1, max = MAX) Integer> lengths,
            @ForAll @IntRange(min = 1, max = 5) int openRows) {
        var packed = new Packer(MAX, openRows).pack(documents(lengths));
        var seen = new ArrayList<Integer>();
        for (var row : packed) {
            assertThat(row.length()).isLessThanOrEqualTo(MAX);
            var at = 0;
            for (var length : row.documents()) {
                var document = row.inputIds()[at];
                assertThat(length).isEqualTo(lengths.get(document));
                assertThat(Arrays.copyOfRange(row.inputIds(), at, at + length)).containsOnly(document);
                seen.add(document);
                at += length;
            }
        }
        assertThat(seen).hasSize(lengths.size()).doesNotHaveDuplicates();
    }

    @Property
    void oneOpenRowKeepsTheOrder(@ForAll @Size(max = 40) List<@IntRange(min = 1, max = MAX) Integer> lengths) {
        var order = new ArrayList<Integer>();
        for (var row : new Packer(MAX, 1).pack(documents(lengths))) {
            Arrays.stream(row.inputIds()).distinct().forEach(order::add);
        }
        assertThat(order).isSorted();
    }
}
