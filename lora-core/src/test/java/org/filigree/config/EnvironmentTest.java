package org.filigree.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.filigree.config.RunConfigReaderTest.SMALLEST;

import java.util.List;
import java.util.Map;
import org.filigree.lora.LoraConfig.Modules;
import org.junit.jupiter.api.Test;

class EnvironmentTest {

    private static final Map<String, String> VARIABLES = Map.ofEntries(
            Map.entry("TEAM", "support"),
            Map.entry("RATE", "1e-4"),
            Map.entry("MODULES", "[q_proj, v_proj]"),
            Map.entry("FOLDER", "lake: #1 & more"),
            Map.entry("BROKEN", "[a"),
            Map.entry("NOTHING", ""));

    private static RunConfig read(String more, String... sets) {
        return RunConfigReader.read("run.yaml", SMALLEST + more, List.of(sets), VARIABLES);
    }

    @Test
    void variablesAreReplacedWithinTexts() {
        assertThat(read("", "run=nightly-${TEAM}", "output='s3a://${TEAM}/${TEAM}/${NONE:-runs}'"))
                .satisfies(config -> {
                    assertThat(config.run()).isEqualTo("nightly-support");
                    assertThat(config.output()).isEqualTo("s3a://support/support/runs");
                });
    }

    @Test
    void aValueThatIsOneVariableHasTheTypeOfWhatItHolds() {
        var config = read("""
                training:
                  learning_rate: ${RATE}
                  seed: "${NONE:-7}"
                adapter: {target_modules: "${MODULES}", init_from: "${NOTHING}"}
                """, "output=${FOLDER}");
        assertThat(config.training().learningRate()).isEqualTo(1e-4);
        assertThat(config.training().seed()).isEqualTo(7);
        assertThat(config.adapter().lora().targetModules()).isEqualTo(new Modules.Names(List.of("q_proj", "v_proj")));
        assertThat(config.adapter().initFrom()).isNull();
        assertThat(config.output()).isEqualTo("lake: #1 & more");
    }

    @Test
    void anotherDollarKeepsTheBrace() {
        assertThat(read("", "output=$${TEAM}").output()).isEqualTo("${TEAM}");
        assertThat(read("", "output=a$${b}-${TEAM}-$$${TEAM}").output()).isEqualTo("a${b}-support-$${TEAM}");
        assertThat(read("", "output=a$b{c}$").output()).isEqualTo("a$b{c}$");
    }

    @Test
    void defaultsMayBeEmptyAndValuesAreNotReadForVariables() {
        assertThat(read("", "output=x${NONE:-}").output()).isEqualTo("x");
        assertThat(RunConfigReader.read("f", SMALLEST, List.of("output=x${A}"), Map.of("A", "${B}"))
                        .output())
                .isEqualTo("x${B}");
    }

    @Test
    void aMissingVariableIsNamedOnce() {
        assertThatThrownBy(() -> read("training: {learning_rate: \"${LR}\"}\n"))
                .isInstanceOf(FiligreeException.class)
                .hasMessage(
                        "run.yaml:5: training.learning_rate: the environment has no LR; set it, or write ${LR:-default}");
        assertThatThrownBy(() -> read("", "data.train.0.path=${A}/${B}"))
                .hasMessageContaining("data.train.0.path: the environment has no A;")
                .hasMessageContaining("data.train.0.path: the environment has no B;");
    }

    @Test
    void whatIsNoVariableIsAMistake() {
        for (var text : List.of("${", "${TEAM", "a${1X}", "${a-b}", "${}")) {
            assertThatThrownBy(() -> read("", "output=" + text))
                    .as(text)
                    .hasMessage("--set: output: found " + text
                            + ", wanted ${NAME}, ${NAME:-default}, or $${ for a dollar and a brace");
        }
        assertThatThrownBy(() -> read("adapter:\n  target_modules: ${BROKEN}\n"))
                .hasMessageStartingWith("run.yaml:6: not sound YAML: ");
    }
}
