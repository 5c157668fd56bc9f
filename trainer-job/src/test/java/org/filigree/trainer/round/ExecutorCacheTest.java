package org.filigree.trainer.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.filigree.engine.Arena;
import org.filigree.engine.Base;
import org.filigree.engine.Kernels;
import org.filigree.engine.kit.PlainEngine;
import org.filigree.model.DataType;
import org.junit.jupiter.api.Test;

class ExecutorCacheTest {

    /** A tiny input whose kernels tell no fingerprint, and which hears what is closed. */
    private record WithoutFingerprint(TinyInput input, List<String> opened, List<String> closed)
            implements LikeTinyInput {

        @Override
        public Base load() {
            var kernels = new PlainEngine().open("cpu", DataType.FLOAT64, 1);
            return input.load(watched(Kernels.class, kernels, "kernels"));
        }

        @Override
        public String corpusFingerprint() {
            return input.corpusFingerprint();
        }

        @Override
        public Rows rows(Side side) {
            return input.rows(side);
        }

        private <T> T watched(Class<T> type, T watched, String name) {
            opened.add(name);
            var proxy = Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, given) -> {
                switch (method.getName()) {
                    case "fingerprint" -> throw new IllegalStateException("the probe's kernel was refused");
                    case "close" -> closed.add(name);
                    default -> {}
                }
                try {
                    var made = method.invoke(watched, given);
                    return made instanceof Arena arena ? watched(Arena.class, arena, "arena") : made;
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            });
            return type.cast(proxy);
        }
    }

    @Test
    void whereTheProbeFailsTheBaseAndItsKernelsAreClosed() {
        var input = new WithoutFingerprint(new TinyInput(0, false), new ArrayList<>(), new ArrayList<>());
        assertThatThrownBy(() -> new ExecutorCache().lease(input)).hasMessage("the probe's kernel was refused");
        assertThat(input.opened()).contains("kernels", "arena");
        assertThat(input.closed())
                .containsExactlyInAnyOrderElementsOf(input.opened())
                .endsWith("kernels");
    }

    @Test
    void anotherBaseTakesThePlaceOfOneThatNobodyUsesAndOfNoOther() {
        var cache = new ExecutorCache();
        var one = new WatchedInput("one");
        var two = new WatchedInput("two");
        cache.lease(one).close();
        assertThat(cache.held(one)).isPositive();

        var used = cache.lease(two);
        assertThat(cache.held(one)).isZero();
        cache.lease(one).close();
        used.close();
        assertThat(cache.held(two)).as("as it was used").isPositive();
    }
}
