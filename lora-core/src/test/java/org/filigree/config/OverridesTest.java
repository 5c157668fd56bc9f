package org.filigree.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.filigree.config.RunConfigReaderTest.DESIGN;
import static org.filigree.config.RunConfigReaderTest.SMALLEST;
import static org.filigree.config.RunConfigReaderTest.read;
import static org.filigree.config.RunConfigReaderTest.refusal;

import java.util.List;
import org.filigree.config.RunConfig.Outer;
import org.filigree.config.RunConfig.Shape;
import org.filigree.lora.LoraConfig.Modules;
import org.junit.jupiter.api.Test;

class OverridesTest {

    @Test
    void aValueGivenOnTheCommandLineWinsAndTheLastOfThemMost() {
        var config = read(DESIGN, "training.learning_rate=1e-3", "run=other", "training.learning_rate=1e-4");
        assertThat(config.training().learningRate()).isEqualTo(1e-4);
        assertThat(config.run()).isEqualTo("other");
        assertThat(config.training().warmupSteps()).isEqualTo(20);
    }

    @Test
    void sectionsThatTheFileDoesNotHaveAreMade() {
        assertThat(read(SMALLEST, "averaging.exchange=parameters", "averaging.outer.momentum=0.5")
                        .averaging()
                        .outer())
                .isEqualTo(new Outer(0.7, 0.5));
        assertThat(read("", "run=a", "output=b", "base.path=c", "data.train.0.path=d", "data.train.0.shape=text")
                        .data()
                        .train())
                .extracting(RunConfig.Source::path)
                .containsExactly("d");
    }

    @Test
    void listsAndMappingsAreYaml() {
        assertThat(read(SMALLEST, "adapter.target_modules=[q_proj, v_proj]")
                        .adapter()
                        .lora()
                        .targetModules())
                .isEqualTo(new Modules.Names(List.of("q_proj", "v_proj")));
        assertThat(read(SMALLEST, "data.train=[{path: x, shape: messages}, {table: t, shape: alpaca}]")
                        .data()
                        .train())
                .extracting(RunConfig.Source::shape)
                .containsExactly(Shape.MESSAGES, Shape.ALPACA);
    }

    @Test
    void itemsGoByIndexAndTheOneAfterTheLastAppends() {
        var train = read(SMALLEST, "data.train.0.path=b.txt", "data.train.1={path: c.txt, shape: text}")
                .data()
                .train();
        assertThat(train).extracting(RunConfig.Source::path).containsExactly("b.txt", "c.txt");
    }

    @Test
    void onlyTheFirstEqualsSignCounts() {
        assertThat(read(SMALLEST, "data.train.0={sql: \"select 1 where a=b\", shape: text}")
                        .data()
                        .train()
                        .get(0)
                        .sql())
                .isEqualTo("select 1 where a=b");
    }

    @Test
    void whatIsNoFieldIsAMistake() {
        assertThat(refusal(SMALLEST, "training.learning_rat=1"))
                .startsWith("--set: training.learning_rat: unknown field")
                .endsWith("did you mean learning_rate?");
        assertThat(refusal(SMALLEST, "run.id=1")).isEqualTo("--set: run.id: unknown field: there is nothing below run");
        assertThat(refusal(SMALLEST, "data.train.2.path=x"))
                .isEqualTo("--set: data.train.2.path: found 2, wanted an index from 0 to 1 of the list data.train");
        assertThat(refusal(SMALLEST, "data.train.first.path=x"))
                .isEqualTo(
                        "--set: data.train.first.path: found first, wanted an index from 0 to 1 of the list data.train");
        assertThat(refusal(SMALLEST, "data.train.0.path.x.y=x"))
                .isEqualTo("--set: data.train.0.path.x.y: unknown field: there is nothing below data.train.0.path");
        assertThat(refusal(SMALLEST, "training.learning_rate"))
                .isEqualTo("--set: found training.learning_rate, wanted FIELD=VALUE");
        assertThat(refusal(SMALLEST, "=1")).isEqualTo("--set: found =1, wanted FIELD=VALUE");
        assertThat(refusal(SMALLEST, "run=[")).startsWith("--set: not sound YAML: ");
    }

    @Test
    void mistakesOfTheFileComeFirst() {
        assertThat(refusal(SMALLEST + "extra: 1\n", "run=.a").lines().map(line -> line.substring(0, 10)))
                .containsExactly("run.yaml:5", "--set: run");
    }
}
