package org.filigree.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class FingerprintTest {

    private static final Fingerprint ONE =
            Fingerprint.of("libtorch 2.10").with("cpu", "AMD EPYC: 9V74").with("threads", "1");

    @Test
    void equalOnesDoNotDiffer() {
        assertThat(ONE.differences(
                        Fingerprint.of("libtorch 2.10").with("threads", "1").with("cpu", "AMD EPYC: 9V74")))
                .isEmpty();
    }

    @Test
    void everyPartThatDiffersIsNamedWithBothValues() {
        var other = Fingerprint.of("libtorch 2.10").with("cpu", "Xeon").with("blas", "HASWELL");
        assertThat(ONE.differences(other))
                .containsExactly("cpu: AMD EPYC: 9V74 and Xeon", "threads: 1 and none", "blas: none and HASWELL");
    }

    @Test
    void itsLinesReadBackAsItWas() {
        assertThat(Fingerprint.parse(ONE.lines())).isEqualTo(ONE);
    }

    @Test
    void itIsShownInOneLineWithTheEngineFirst() {
        assertThat(ONE).hasToString("libtorch 2.10, cpu AMD EPYC: 9V74, threads 1");
        assertThat(ONE.engineName()).isEqualTo("libtorch");
    }

    @Test
    void aPartOfTwoLinesIsRefused() {
        assertThatThrownBy(() -> ONE.with("gpu", "H100\nH200"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("gpu");
    }

    @Test
    void withoutAnEngineThereIsNone() {
        assertThatThrownBy(() -> new Fingerprint(Map.of("threads", "1"))).isInstanceOf(IllegalArgumentException.class);
    }
}
