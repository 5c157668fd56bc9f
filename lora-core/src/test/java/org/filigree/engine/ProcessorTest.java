package org.filigree.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessorTest {

    @Test
    void anX86SaysItsVectorInstructionsAsFlags() {
        var processor = Processor.parse(List.of(
                "processor\t: 0",
                "model name\t: AMD EPYC 9V74",
                "flags\t\t: fpu sse2 fma avx2 avx512f amx_tile",
                "bugs\t\t: spectre_v1"));
        assertThat(processor.model()).isEqualTo("AMD EPYC 9V74");
        assertThat(processor.vectorInstructions()).isEqualTo("amx_tile avx2 avx512f fma");
    }

    @Test
    void anArmSaysItsVectorInstructionsAsFeatures() {
        var processor = Processor.parse(List.of(
                "processor\t: 0",
                "BogoMIPS\t: 2100.00",
                "Features\t: fp asimd aes sve sve2 bf16",
                "CPU implementer\t: 0x41"));
        assertThat(processor.vectorInstructions()).isEqualTo("asimd sve sve2");
    }
}
