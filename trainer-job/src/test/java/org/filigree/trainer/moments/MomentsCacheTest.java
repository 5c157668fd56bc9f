package org.filigree.trainer.moments;

import static org.assertj.core.api.Assertions.assertThat;

import org.filigree.lora.AdamW;
import org.junit.jupiter.api.Test;

class MomentsCacheTest {

    private final MomentsCache cache = new MomentsCache();

    private static AdamW.Moments moments() {
        return AdamW.Moments.zero(1);
    }

    @Test
    void whatATaskLeavesTheNextRoundsTaskFinds() {
        var left = moments();
        cache.put("run", 3, 7, left);
        assertThat(cache.after("run", 3, 7)).containsSame(left);
    }

    @Test
    void aRoundThatIsNotTheOneAskedForIsNotGiven() {
        cache.put("run", 0, 7, moments());
        assertThat(cache.after("run", 0, 6)).isEmpty();
        assertThat(cache.after("run", 0, 8)).isEmpty();
    }

    @Test
    void workersAndRunsAreKeptApart() {
        cache.put("run", 0, 7, moments());
        assertThat(cache.after("run", 1, 7)).isEmpty();
        assertThat(cache.after("other", 0, 7)).isEmpty();
    }

    @Test
    void aTaskThatEndsLateTakesNothingFromLaterRounds() {
        var newest = moments();
        cache.put("run", 0, 8, newest);
        cache.put("run", 0, 7, moments());
        assertThat(cache.after("run", 0, 8)).containsSame(newest);
    }

    @Test
    void aWorkerThatWentElsewhereIsForgottenTwoRoundsLater() {
        cache.put("run", 0, 7, moments());
        cache.put("run", 1, 8, moments());
        assertThat(cache.after("run", 0, 7)).isPresent();
        cache.put("run", 1, 9, moments());
        assertThat(cache.after("run", 0, 7)).isEmpty();
    }

    @Test
    void theRunThatWasUsedLeastLatelyMakesRoomForAThird() {
        cache.put("first", 0, 1, moments());
        cache.put("second", 0, 1, moments());
        assertThat(cache.after("first", 0, 1)).isPresent();
        cache.put("third", 0, 1, moments());
        assertThat(cache.after("second", 0, 1)).isEmpty();
        assertThat(cache.after("first", 0, 1)).isPresent();
    }
}
