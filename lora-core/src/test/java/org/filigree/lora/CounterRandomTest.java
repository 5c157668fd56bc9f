package org.filigree.lora;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class CounterRandomTest {

    @Test
    void theOrderOfAKeysPartsMatters() {
        assertThat(CounterRandom.key(1, 2)).isNotEqualTo(CounterRandom.key(2, 1));
        assertThat(CounterRandom.key(0)).isNotEqualTo(CounterRandom.key(0, 0));
    }

    @Test
    void uniformDrawsHaveTheMeanAndVarianceOfTheUniformDistribution() {
        var draws = 100_000;
        var key = CounterRandom.key(42);
        double sum = 0;
        double squares = 0;
        for (var i = 0; i < draws; i++) {
            var x = CounterRandom.uniform(key, i);
            sum += x;
            squares += x * x;
        }
        var mean = sum / draws;
        assertThat(Math.abs(mean - 0.5)).isLessThan(0.004);
        assertThat(Math.abs(squares / draws - mean * mean - 1.0 / 12)).isLessThan(0.002);
    }

    @Property
    void drawsBelowABoundStayBelowIt(@ForAll long key, @ForAll @LongRange(min = 1) long bound) {
        assertThat(CounterRandom.below(key, 7, Math.max(1, bound >>> 1))).isBetween(0L, Math.max(1, bound >>> 1) - 1);
    }
}
