package org.filigree.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.filigree.model.ActivationKind;
import org.filigree.model.Block;
import org.filigree.model.Op;
import org.filigree.model.Op.NormKind;
import org.junit.jupiter.api.Test;

class BlockPlanTest {

    private static Op.Linear linear(String module, String in, String out) {
        return new Op.Linear(module, module + ".weight", null, 4, 4, false, in, out);
    }

    /** Two residual layers: {@code x + second(f(first(norm(x))))}. */
    private static final Block BLOCK = new Block(
            "block",
            "x",
            "y",
            List.of(
                    new Op.Norm(NormKind.RMS, "norm", null, 1e-6, 4, "x", "h"),
                    linear("first", "h", "a"),
                    new Op.Activation(ActivationKind.SILU, 4, "a", "b"),
                    linear("second", "b", "c"),
                    new Op.Add(4, "x", "c", "y")));

    private static BlockPlan plan(String trained, boolean inputWanted) {
        return BlockPlan.of(BLOCK, op -> op instanceof Op.Linear l && l.module().equals(trained), inputWanted);
    }

    @Test
    void onlyGradientsOnTheWayToSomethingTrainableExist() {
        var plan = plan("second", false);
        assertThat(plan.wants()).containsExactlyInAnyOrder("c", "y");
        assertThat(plan.active()).containsExactly(false, false, false, true, true);
        assertThat(plan.kept()).containsExactly("b");
    }

    @Test
    void aFrozenLayerKeepsNoInput() {
        assertThat(plan("none", true).kept()).containsExactlyInAnyOrder("x", "a");
        assertThat(plan("first", true).kept()).containsExactlyInAnyOrder("x", "h", "a");
    }

    @Test
    void nothingTrainableMeansNoBackward() {
        assertThat(plan("none", false).anyActive()).isFalse();
    }

    @Test
    void inferenceDropsEachActivationAfterItsLastReader() {
        assertThat(plan("first", true).afterInference())
                .containsExactly(
                        List.of(),
                        List.of("h"),
                        List.of("a"),
                        List.of("b"),
                        plan("first", true).afterInference().get(4));
        assertThat(plan("first", true).afterInference().get(4)).containsExactlyInAnyOrder("x", "c");
    }

    @Test
    void recomputationDoesNotRunTheFinalSum() {
        assertThat(plan("first", true).rerun()[4]).isFalse();
        assertThat(plan("first", true).rerun()[1]).isTrue();
    }
}
