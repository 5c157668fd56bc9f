package org.filigree.trainer.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class InOrderTest {

    @Property(tries = 50)
    void everyResultComesOnceAndInOrder(
            @ForAll @IntRange(min = 1, max = 5) int threads, @ForAll @IntRange(min = 0, max = 40) int count) {
        var results = new ArrayList<Integer>();
        new InOrder(threads).forEach(count, i -> i, results::add);
        assertThat(results)
                .containsExactlyElementsOf(IntStream.range(0, count).boxed().toList());
    }

    @Example
    void aLatePartIsHandedOnBeforeTheOneThatOvertookIt() {
        var overtaken = new CountDownLatch(1);
        var results = new ArrayList<Integer>();
        new InOrder(2)
                .forEach(
                        2,
                        i -> {
                            if (i == 0) {
                                awaited(overtaken);
                            } else {
                                overtaken.countDown();
                            }
                            return i;
                        },
                        results::add);
        assertThat(results).containsExactly(0, 1);
    }

    @Example
    void resultsThatWaitAreFew() {
        var ahead = new AtomicInteger();
        var most = new AtomicInteger();
        new InOrder(2)
                .forEach(
                        100,
                        i -> most.accumulateAndGet(ahead.incrementAndGet(), Math::max),
                        result -> ahead.decrementAndGet());
        assertThat(most.get()).isLessThanOrEqualTo(4);
    }

    @Example
    void theFirstFailureIsTheCallersWhicheverCameFirst() {
        var second = new CountDownLatch(1);
        assertThatThrownBy(() -> new InOrder(2)
                        .forEach(
                                2,
                                i -> {
                                    if (i == 0) {
                                        awaited(second);
                                    } else {
                                        second.countDown();
                                    }
                                    throw new IllegalArgumentException("part " + i);
                                },
                                result -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("part 0");
    }

    @Example
    void anErrorIsTheCallersAsItWas() {
        assertThatThrownBy(() -> new InOrder(2)
                        .forEach(
                                2,
                                i -> {
                                    throw new StackOverflowError("part " + i);
                                },
                                result -> {}))
                .isInstanceOf(StackOverflowError.class)
                .hasMessage("part 0");
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
