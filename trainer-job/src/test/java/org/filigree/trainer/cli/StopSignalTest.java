package org.filigree.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StopSignalTest {

    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final CountDownLatch dropped = new CountDownLatch(1);
    private final CountDownLatch exited = new CountDownLatch(1);

    private static boolean comes(CountDownLatch what) throws InterruptedException {
        return what.await(5, TimeUnit.SECONDS);
    }

    @Test
    void aRoundThatTakesTooLongIsDropped() throws InterruptedException {
        try (var stop = new StopSignal(Duration.ZERO, LONG, exited::countDown)) {
            stop.drops(dropped::countDown);
            assertThat(stop.heard()).isTrue();
            assertThat(comes(dropped)).isTrue();
        }
    }

    @Test
    void whatComesAfterwardsIsDroppedToo() throws InterruptedException {
        var twice = new CountDownLatch(2);
        try (var stop = new StopSignal(Duration.ZERO, LONG, exited::countDown)) {
            stop.drops(twice::countDown);
            assertThat(stop.heard()).isTrue();
            assertThat(comes(twice)).isTrue();
        }
    }

    @Test
    void aCheckpointBeingSavedIsNotDropped() throws InterruptedException {
        try (var stop = new StopSignal(Duration.ZERO, SHORT, exited::countDown)) {
            stop.drops(dropped::countDown);
            stop.saveBegins();
            assertThat(stop.heard()).isTrue();
            assertThat(comes(exited)).isTrue();
            assertThat(dropped.getCount()).as("still to come").isEqualTo(1);
        }
    }

    @Test
    void whatGoesOnAfterACheckpointIsSavedIsDropped() throws InterruptedException {
        try (var stop = new StopSignal(Duration.ZERO, LONG, exited::countDown)) {
            stop.drops(dropped::countDown);
            stop.saveBegins();
            assertThat(stop.heard()).isTrue();
            stop.saveEnds();
            assertThat(comes(dropped)).isTrue();
        }
    }

    @Test
    void theProcessEndsThoughSparkRefusesToCancel() throws InterruptedException {
        try (var stop = new StopSignal(Duration.ZERO, SHORT, exited::countDown)) {
            stop.drops(() -> {
                throw new IllegalStateException("Cannot call methods on a stopped SparkContext.");
            });
            assertThat(stop.heard()).isTrue();
            assertThat(comes(exited)).isTrue();
        }
    }

    @Test
    void theSecondSignalAndOneAfterTheEndDoWhatSignalsDo() {
        try (var stop = new StopSignal(LONG, LONG, exited::countDown)) {
            assertThat(stop.heard()).isTrue();
            assertThat(stop.received()).isTrue();
            assertThat(stop.heard()).isFalse();
        }
        var over = new StopSignal(Duration.ZERO, LONG, exited::countDown);
        over.close();
        assertThat(over.heard()).isFalse();
        assertThat(over.received()).isFalse();
    }
}
