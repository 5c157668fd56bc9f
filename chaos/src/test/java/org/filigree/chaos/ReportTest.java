package org.filigree.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReportTest {

    private static final int KILLS = 3;

    @Test
    void everyWayOfAveragingIsThereWithItsKills() {
        var made = IntStream.rangeClosed(1, KILLS)
                .mapToObj(number -> new Chaos.Made(Kill.of(7, number, 2), Averaging.PRODUCT, Doing.ROUND))
                .toList();
        var report = Report.of(new Chaos.Result(7, KILLS, KILLS, 40, made, List.of(), 0, 0, 1, 2, null));

        for (var averaging : Averaging.values()) {
            assertThat(report.lines().filter(line -> line.startsWith("| %s |".formatted(averaging))))
                    .as("%s", averaging)
                    .singleElement()
                    .asString()
                    .endsWith(" %d |".formatted(averaging == Averaging.PRODUCT ? KILLS : 0));
        }
        assertThat(report).contains("at most %d kills a run".formatted(KILLS)).contains("A quorum is not among them");
    }
}
