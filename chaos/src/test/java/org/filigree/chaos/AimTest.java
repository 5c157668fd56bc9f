package org.filigree.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class AimTest {

    private final Aim aim = new Aim(7, 2);

    @Test
    void aKillWhoseMomentDoesNotComeIsLeftOut() {
        aim.made();
        aim.missed(1);

        assertThat(aim.kill()).isEqualTo(Kill.of(7, 3, 2));
        assertThat(aim.leftOut()).isEqualTo(1);
    }

    @Test
    void runsInARowWithoutAKillAreAFailure() {
        for (var run = 1; run < Aim.PATIENCE; run++) {
            aim.missed(0);
        }

        assertThatThrownBy(() -> aim.missed(0)).hasMessage("5 runs in a row without a kill");
    }

    @Test
    void aRunWithAKillBreaksTheRow() {
        for (var run = 1; run < 3 * Aim.PATIENCE; run++) {
            aim.missed(run % 2);
        }

        assertThat(aim.leftOut()).isEqualTo(3 * Aim.PATIENCE - 1);
    }
}
