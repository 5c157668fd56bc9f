package org.filigree.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig.Exact;
import org.filigree.engine.Fingerprint;
import org.filigree.trainer.round.Origin;
import org.junit.jupiter.api.Test;

class ExactnessTest {

    private static final Fingerprint HASWELL =
            Fingerprint.of("libtorch 2.10").with("blas", "HASWELL").with("threads", "1");
    private static final Fingerprint SKYLAKE = HASWELL.with("blas", "SKYLAKEX");
    private static final Fingerprint THREADS = HASWELL.with("threads", "2");

    private static Origin on(String host, Fingerprint machine) {
        return new Origin(host, "base", machine);
    }

    @Test
    void machinesOfOneFingerprintKeepARunExact() {
        var exactness = new Exactness(Exact.REQUIRED, List.of());
        assertThat(exactness.see(List.of(on("a", HASWELL), on("b", HASWELL)))).isEmpty();
        assertThat(exactness.see(List.of(on("c", HASWELL)))).isEmpty();
        assertThat(exactness.holds()).isTrue();
        assertThat(exactness.machines()).containsExactly(HASWELL.parts());
    }

    @Test
    void aMachineThatDiffersIsReportedOnceWithItsHostAndWhatDiffers() {
        var exactness = new Exactness(Exact.REPORTED, List.of());
        exactness.see(List.of(on("a", HASWELL)));
        assertThat(exactness.see(List.of(on("a", HASWELL), on("b", SKYLAKE))))
                .hasValue("b computes other bits than the run so far: blas: HASWELL and SKYLAKEX");
        assertThat(exactness.see(List.of(on("b", SKYLAKE), on("c", THREADS)))).isEmpty();
        assertThat(exactness.holds()).isFalse();
        assertThat(exactness.machines()).containsExactly(HASWELL.parts(), SKYLAKE.parts(), THREADS.parts());
    }

    @Test
    void whereExactIsRequiredAMachineThatDiffersIsRefusedInOneLine() {
        var exactness = new Exactness(Exact.REQUIRED, List.of());
        assertThatThrownBy(() -> exactness.see(List.of(on("a", HASWELL), on("b", THREADS))))
                .isInstanceOfSatisfying(
                        FiligreeException.class,
                        e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.CONFIGURATION))
                .hasMessage("engine.exact: required, but b computes other bits than the run so far: threads: 1 and 2");
    }

    @Test
    void aResumedRunRemembersItsMachines() {
        var exactness = new Exactness(Exact.REPORTED, List.of(HASWELL.parts()));
        assertThat(exactness.see(List.of(on("b", SKYLAKE)))).isPresent();
        assertThat(exactness.holds()).isFalse();
    }

    @Test
    void aRunThatIsInexactAlreadyIsRefusedWhereExactIsRequired() {
        assertThatThrownBy(() -> new Exactness(Exact.REQUIRED, List.of(HASWELL.parts(), SKYLAKE.parts())))
                .isInstanceOf(FiligreeException.class)
                .hasMessageContaining("blas: HASWELL and SKYLAKEX");
    }

    @Test
    void otherWeightsAreRefusedWhateverIsWanted() {
        var exactness = new Exactness(Exact.REPORTED, List.of());
        exactness.see(List.of(on("a", HASWELL)));
        assertThatThrownBy(() -> exactness.see(List.of(new Origin("b", "other", HASWELL))))
                .isInstanceOf(FiligreeException.class)
                .hasMessageContaining("b has loaded other weights");
    }
}
