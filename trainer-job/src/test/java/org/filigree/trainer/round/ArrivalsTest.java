package org.filigree.trainer.round;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.filigree.engine.Fingerprint;
import org.junit.jupiter.api.Test;

class ArrivalsTest {

    private final Arrivals arrivals = new Arrivals(new Attendance(List.of(0, 1, 2), 2, 60));

    private static RoundResult result(int worker) {
        return result(worker, 1);
    }

    private static RoundResult result(int worker, long tokens) {
        return new RoundResult(
                worker,
                -1,
                new Origin("host", "base", Fingerprint.of("machine")),
                new double[1],
                new long[] {tokens},
                RoundResult.NOTHING_REPLAYED,
                new byte[0]);
    }

    @Test
    void allSettleItBeforeTheDeadline() {
        for (var worker : List.of(2, 0)) {
            arrivals.arrived(result(worker));
        }
        assertThat(arrivals.settled()).as("two of three in time").isNotDone();
        arrivals.arrived(result(1));
        assertThat(arrivals.settled().join()).hasSize(3);
    }

    @Test
    void theDeadlineSettlesItWithThoseWhoAreThere() {
        arrivals.arrived(result(2));
        arrivals.arrived(result(0));
        arrivals.deadlinePassed();
        assertThat(arrivals.settled().join()).extracting(RoundResult::worker).containsExactly(2, 0);
    }

    @Test
    void afterTheDeadlineItWaitsForEnough() {
        arrivals.arrived(result(1));
        arrivals.deadlinePassed();
        assertThat(arrivals.settled()).isNotDone();
        arrivals.arrived(result(2));
        assertThat(arrivals.settled().join()).hasSize(2);
    }

    @Test
    void whoComesLaterIsNotLookedAt() {
        arrivals.deadlinePassed();
        arrivals.arrived(result(0));
        arrivals.arrived(result(1));
        arrivals.arrived(result(2));
        assertThat(arrivals.settled().join()).extracting(RoundResult::worker).containsExactly(0, 1);
    }

    @Test
    void workersWithoutATokenAreNotEnough() {
        arrivals.deadlinePassed();
        arrivals.arrived(result(0, 0));
        arrivals.arrived(result(1, 0));
        assertThat(arrivals.settled()).isNotDone();
        arrivals.arrived(result(2, 5));
        assertThat(arrivals.settled().join()).hasSize(3);
    }

    @Test
    void allAreAllWithoutATokenToo() {
        for (var worker = 0; worker < 3; worker++) {
            arrivals.arrived(result(worker, 0));
        }
        assertThat(arrivals.settled().join()).hasSize(3);
    }

    @Test
    void aJobThatFailsWithEnoughThereGoesOnWithThose() {
        arrivals.arrived(result(2));
        arrivals.arrived(result(0));
        arrivals.failed(new IllegalStateException("lost"));
        assertThat(arrivals.settled().join()).extracting(RoundResult::worker).containsExactly(2, 0);
    }

    @Test
    void aJobThatFailsBeforeIsNotWaitedFor() {
        arrivals.arrived(result(1));
        arrivals.failed(new IllegalStateException("lost"));
        assertThat(arrivals.settled()).isCompletedExceptionally();
    }
}
