package org.filigree.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AveragingTest {

    private static final int ALL = Averaging.values().length;

    private static List<Averaging> runs(long seed, int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(run -> Averaging.of(seed, run))
                .toList();
    }

    @Test
    void runsInARowGoThroughAllWaysWhereverTheyBegin() {
        for (var run = 1; run < 3 * ALL; run++) {
            assertThat(runs(7, run, ALL)).containsExactlyInAnyOrder(Averaging.values());
        }
    }

    @Test
    void theSeedNamesTheFirst() {
        assertThat(runs(7, 1, 3)).isEqualTo(runs(7, 1, 3));
        assertThat(IntStream.range(0, 100).mapToObj(seed -> Averaging.of(seed, 1)))
                .contains(Averaging.values());
    }

    @Test
    void aHundredKillsAreOfAllWaysAndSoAreAsManyAsThereAreWays() {
        for (var kills : List.of(100, ALL)) {
            assertThat((ALL - 1) * Averaging.killsARun(kills)).isLessThan(kills);
        }
        assertThat(Averaging.killsARun(1)).isEqualTo(1);
    }
}
