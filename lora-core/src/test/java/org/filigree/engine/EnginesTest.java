package org.filigree.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.filigree.model.DataType;
import org.junit.jupiter.api.Test;

class EnginesTest {

    /** @param loads null, or why its natives do not */
    private record Fake(String name, int preference, Throwable loads) implements Engine {
        @Override
        public Kernels open(String device, DataType computeType, int threads) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int gpus() {
            if (loads instanceof Error error) {
                throw error;
            }
            if (loads != null) {
                throw (RuntimeException) loads;
            }
            return 0;
        }

        @Override
        public ComputeChoice bestComputeType(String device, DataType wanted) {
            return new ComputeChoice(wanted, "as asked");
        }
    }

    private static final Engine SECOND = new Fake("second", 50, null);

    @Test
    void autoTakesThePreferredEngine() {
        var found = Engines.find("auto", List.of(SECOND, new Fake("first", 100, null)));
        assertThat(found.engine().name()).isEqualTo("first");
        assertThat(found.why()).isEqualTo("preferred");
    }

    @Test
    void autoPassesOverAnEngineWhoseNativesDoNotLoadAndSaysWhy() {
        for (var failure : List.of(
                new EngineUnavailableException("no libtorch.so\nand a stack"),
                new UnsatisfiedLinkError("no libtorch.so"))) {
            var found = Engines.find("auto", List.of(new Fake("first", 100, failure), SECOND));
            assertThat(found.engine()).isSameAs(SECOND);
            assertThat(found.why()).isEqualTo("first does not load: no libtorch.so");
        }
    }

    @Test
    void aNamedEngineIsNotReplacedWhenItDoesNotLoad() {
        var broken = new Fake("first", 100, new UnsatisfiedLinkError("no libtorch.so"));
        assertThat(Engines.find("first", List.of(broken, SECOND)).engine()).isSameAs(broken);
        assertThat(Engines.find("second", List.of(broken, SECOND)).why()).isEqualTo("as asked");
    }

    @Test
    void whereNoneLoadsEachSaysWhy() {
        assertThatThrownBy(() -> Engines.find(
                        "auto",
                        List.of(
                                new Fake("first", 100, new UnsatisfiedLinkError("no libtorch.so")),
                                new Fake("second", 50, new EngineUnavailableException("no ND4J")))))
                .isInstanceOf(EngineUnavailableException.class)
                .hasMessageContaining("no libtorch.so; second does not load: no ND4J");
        assertThatThrownBy(() -> Engines.find("third", List.of(SECOND)))
                .isInstanceOf(EngineUnavailableException.class)
                .hasMessage("engine.name: found third, there are second");
    }
}
