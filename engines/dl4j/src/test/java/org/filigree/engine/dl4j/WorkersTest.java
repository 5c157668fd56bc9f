package org.filigree.engine.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WorkersTest {

    private record Cut(int from, int count) {}

    private static List<Cut> cuts(int threads, int items, int fewest) {
        var cuts = new ConcurrentLinkedQueue<Cut>();
        new Workers(threads).over(items, fewest, (from, count) -> cuts.add(new Cut(from, count)));
        return cuts.stream().sorted(Comparator.comparingInt(Cut::from)).toList();
    }

    @Test
    void everyItemIsInOnePart() {
        for (var threads = 1; threads <= 4; threads++) {
            for (var items = 0; items <= 20; items++) {
                var next = 0;
                for (var cut : cuts(threads, items, 3)) {
                    assertThat(cut.from()).isEqualTo(next);
                    next += cut.count();
                }
                assertThat(next).isEqualTo(items);
            }
        }
    }

    @Test
    void fewItemsStayWithTheCaller() {
        assertThat(cuts(4, 7, 4)).hasSize(1);
        assertThat(cuts(4, 8, 4)).hasSize(2);
        assertThat(cuts(4, 100, 4)).hasSize(4);
    }

    @Test
    void aPartIsNotCutAgain() {
        var workers = new Workers(2);
        var inner = new AtomicInteger();
        workers.over(2, 1, (from, count) -> workers.over(100, 1, (f, c) -> inner.incrementAndGet()));
        assertThat(inner).hasValue(2);
        workers.over(100, 1, (f, c) -> inner.incrementAndGet());
        assertThat(inner).as("and the caller cuts again afterwards").hasValue(4);
    }

    @Test
    void allPartsEndBeforeTheFirstFailureIsThrown() {
        var ended = new AtomicInteger();
        assertThatThrownBy(() -> new Workers(3).over(3, 1, (from, count) -> {
                    ended.incrementAndGet();
                    throw new IllegalStateException("part " + from);
                }))
                .hasMessage("part 0");
        assertThat(ended).hasValue(3);
    }
}
