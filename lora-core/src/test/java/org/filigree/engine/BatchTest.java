package org.filigree.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.filigree.text.TokenRow;
import org.junit.jupiter.api.Test;

class BatchTest {

    private static final int X = TokenRow.IGNORED;

    @Test
    void aTokensTargetIsTheNextLabelOfItsDocument() {
        var row = TokenRow.of(new int[] {5, 6, 7, 8}, new int[] {X, X, 7, 8});
        var batch = Batch.of(List.of(new Batch.Placed(0, 0, row)));
        assertThat(batch.targets()).containsExactly(-1, 7, 8, -1);
        assertThat(batch.targetCount()).isEqualTo(row.targets()).isEqualTo(2);
    }

    @Test
    void packedDocumentsRestartPositionsAndTheirFirstTokenIsNeverATarget() {
        var packed = new TokenRow(new int[] {1, 2, 3, 4, 5}, new int[] {1, 2, 3, 4, 5}, new int[] {2, 3});
        var batch = Batch.of(List.of(new Batch.Placed(0, 0, packed)));
        assertThat(batch.positions()).containsExactly(0, 1, 0, 1, 2);
        assertThat(batch.targets()).containsExactly(2, -1, 4, 5, -1);
        assertThat(batch.documents()).containsExactly(0, 2, 5);
        assertThat(packed.targets()).isEqualTo(3);
    }

    @Test
    void rowsLieEndToEndWithoutPadding() {
        var batch = Batch.of(List.of(
                new Batch.Placed(0, 11, TokenRow.of(new int[] {1, 2}, new int[] {1, 2})),
                new Batch.Placed(1, 12, TokenRow.of(new int[] {3, 4, 5}, new int[] {3, 4, 5}))));
        assertThat(batch.tokens()).containsExactly(1, 2, 3, 4, 5);
        assertThat(batch.documents()).containsExactly(0, 2, 5);
        assertThat(batch.rows()).containsExactly(new Batch.Row(0, 11, 0, 2), new Batch.Row(1, 12, 2, 3));
    }

    @Test
    void rowsOfATokenSelectionKnowTheirPlaceInTheirRow() {
        var batch = Batch.of(List.of(
                new Batch.Placed(0, 0, TokenRow.of(new int[] {1, 2}, new int[] {1, 2})),
                new Batch.Placed(3, 0, TokenRow.of(new int[] {3, 4, 5}, new int[] {3, 4, 5}))));
        var rows = Rows.of(batch, new int[] {1, 2, 4});
        assertThat(rows.bySlot()).containsExactly(new Rows.SlotRange(0, 0, 1), new Rows.SlotRange(3, 1, 2));
        assertThat(rows.spans().get(1).tokens()).containsExactly(0, 2);
    }

    @Test
    void aCutBatchKeepsItsRowsWholeAndInOrder() {
        var batch = Batch.of(List.of(placed(0, 1, 2), placed(0, 3), placed(1, 4, 5, 6), placed(1, 7, 8, 9)));
        var cuts = batch.cut(2);
        assertThat(cuts).hasSize(2);
        assertThat(cuts.get(0).tokens()).containsExactly(1, 2, 3);
        assertThat(cuts.get(1).tokens()).containsExactly(4, 5, 6, 7, 8, 9);
        assertThat(cuts.get(1).targets()).containsExactly(5, 6, -1, 8, 9, -1);
        assertThat(cuts.get(1).positions()).containsExactly(0, 1, 2, 0, 1, 2);
        assertThat(cuts.get(1).documents()).containsExactly(0, 3, 6);
        assertThat(cuts.get(1).rows()).containsExactly(new Batch.Row(1, 0, 0, 3), new Batch.Row(1, 0, 3, 3));
    }

    @Test
    void aBatchIsNeverCutIntoMorePartsThanRows() {
        var batch = Batch.of(List.of(placed(0, 1, 2, 3, 4), placed(0, 5), placed(0, 6)));
        for (var parts = 1; parts <= 5; parts++) {
            var cuts = batch.cut(parts);
            assertThat(cuts).hasSizeBetween(1, Math.min(3, parts));
            assertThat(cuts.stream().flatMapToInt(c -> Arrays.stream(c.tokens())))
                    .containsExactly(1, 2, 3, 4, 5, 6);
        }
        assertThat(batch.cut(1).get(0)).isSameAs(batch);
    }

    private static Batch.Placed placed(int slot, int... tokens) {
        return new Batch.Placed(slot, 0, TokenRow.of(tokens, tokens));
    }
}
