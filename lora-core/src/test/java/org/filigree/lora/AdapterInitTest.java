package org.filigree.lora;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AdapterInitTest {

    private static final AdapterPlan PLAN = new AdapterPlan(
            AdapterLayout.of(List.of(
                    new AdapterLayout.Shape("q.lora_A.weight", 50, 400),
                    new AdapterLayout.Shape("q.lora_B.weight", 8, 50))),
            List.of(new AdapterPlan.Wrap("q", 50, 50, 1, "q.lora_A.weight", "q.lora_B.weight")),
            List.of(),
            0);

    @Test
    void aIsUniformWithinOneOverTheRootOfItsInputsAndBIsZero() {
        var values = AdapterInit.values(PLAN, 42, "support-bot");
        double squares = 0;
        for (var i = 0; i < 20_000; i++) {
            assertThat(Math.abs(values[i])).isLessThanOrEqualTo(0.05f);
            squares += values[i] * values[i];
        }
        assertThat(squares / 20_000).isBetween(0.0025 / 3 * 0.95, 0.0025 / 3 * 1.05);
        for (var i = 20_000; i < values.length; i++) {
            assertThat(values[i]).isZero();
        }
    }

    @Test
    void seedsAndNamesGiveAdaptersOfTheirOwn() {
        var values = AdapterInit.values(PLAN, 42, "support-bot");
        assertThat(AdapterInit.values(PLAN, 42, "support-bot")).isEqualTo(values);
        assertThat(AdapterInit.values(PLAN, 43, "support-bot")).isNotEqualTo(values);
        assertThat(AdapterInit.values(PLAN, 42, "other")).isNotEqualTo(values);
    }
}
