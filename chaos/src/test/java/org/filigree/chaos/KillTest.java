package org.filigree.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KillTest {

    private static List<Kill> kills(long seed) {
        return IntStream.rangeClosed(1, 300)
                .mapToObj(number -> Kill.of(seed, number, 2))
                .toList();
    }

    @Test
    void aSeedIsASequenceOfKills() {
        assertThat(kills(7)).isEqualTo(kills(7)).isNotEqualTo(kills(8));
    }

    @Test
    void everyVictimIsHitAfterEveryMomentThatItHas() {
        for (var victim : Kill.Victim.values()) {
            var moments = kills(1).stream()
                    .filter(kill -> kill.victim() == victim)
                    .map(Kill::moment)
                    .distinct()
                    .toList();
            assertThat(moments)
                    .as(victim.toString())
                    .hasSize(victim == Kill.Victim.DRIVER ? Kill.Moment.values().length : 2);
        }
        assertThat(kills(1)).extracting(Kill::worker).contains(0, 1);
    }
}
