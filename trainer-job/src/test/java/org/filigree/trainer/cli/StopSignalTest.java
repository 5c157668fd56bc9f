package org.filigree.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StopSignalTest {

    @Test
    void aRoundThatTakesTooLongIsDropped() throws InterruptedException {
        var dropped = new CountDownLatch(1);
        try (var stop = new StopSignal(Duration.ZERO)) {
            stop.drops(dropped::countDown);
            assertThat(stop.heard()).isTrue();
            assertThat(dropped.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void theSecondSignalAndOneAfterTheEndDoWhatSignalsDo() {
        try (var stop = new StopSignal(Duration.ofMinutes(1))) {
            assertThat(stop.heard()).isTrue();
            assertThat(stop.received()).isTrue();
            assertThat(stop.heard()).isFalse();
        }
        var over = new StopSignal(Duration.ZERO);
        over.close();
        assertThat(over.heard()).isFalse();
        assertThat(over.received()).isFalse();
    }
}
