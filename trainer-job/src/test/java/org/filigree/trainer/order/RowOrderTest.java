package org.filigree.trainer.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RowOrderTest {

    private static int[] array(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    @Test
    void unshuffledBatchesWrapAroundTheRows() {
        var order = new RowOrder("f", 1, new int[] {5, 3}, false, 1);
        assertThat(order.slice(4, 4)).containsExactly(4, 5, 6, 7);
        assertThat(order.slice(8, 4)).containsExactly(0, 1, 2, 3);
        assertThat(order.slice(6, 4)).containsExactly(6, 7, 0, 1);
    }

    @Property(tries = 200)
    void everyEpochHasEveryRowOnceAndSlicesAgreeWithIt(
            @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 1, max = 9) Integer> groups,
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 4) int window) {
        var order = new RowOrder("f", seed, array(groups), true, window);
        var epoch = order.epoch(3);
        assertThat(order.slice(3L * order.rows(), order.rows())).containsExactly(epoch);
        Arrays.sort(epoch);
        for (var i = 0; i < epoch.length; i++) {
            assertThat(epoch[i]).isEqualTo(i);
        }
    }

    @Test
    void corpusSeedAndEpochEachChangeTheOrder() {
        var groups = new int[] {20, 20, 20};
        var order = new RowOrder("f", 1, groups, true, 2);
        assertThat(order.epoch(0)).isNotEqualTo(order.epoch(1));
        assertThat(order.epoch(0)).isNotEqualTo(new RowOrder("g", 1, groups, true, 2).epoch(0));
        assertThat(order.epoch(0)).isNotEqualTo(new RowOrder("f", 2, groups, true, 2).epoch(0));
        assertThat(order.epoch(0)).isEqualTo(new RowOrder("f", 1, groups, true, 2).epoch(0));
    }

    @Test
    void anEmptyCorpusIsRefused() {
        assertThatThrownBy(() -> new RowOrder("f", 1, new int[0], true, 1)).hasMessage("the corpus has no rows");
    }

    @Property(tries = 500)
    void aCutIsContiguousAndNoWorkerIsMoreThanARowOverItsShare(
            @ForAll @Size(min = 1, max = 40) List<@IntRange(min = 1, max = 1024) Integer> rows,
            @ForAll @IntRange(min = 1, max = 9) int workers) {
        var lengths = array(rows);
        var bounds = BatchCut.byTokens(lengths, workers);
        assertThat(bounds[0]).isZero();
        assertThat(bounds[workers]).isEqualTo(lengths.length);
        assertThat(bounds).isSorted();
        var share = Arrays.stream(lengths).sum() / (double) workers;
        var longest = Arrays.stream(lengths).max().orElseThrow();
        for (var w = 0; w < workers; w++) {
            var tokens = Arrays.stream(lengths, bounds[w], bounds[w + 1]).sum();
            assertThat((double) tokens).isLessThanOrEqualTo(share + longest);
        }
    }
}
