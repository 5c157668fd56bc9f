package org.filigree.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.filigree.engine.Batch;
import org.filigree.engine.Session;
import org.filigree.format.LocalFiles;
import org.filigree.generate.Generated;
import org.filigree.generate.Generator;
import org.filigree.generate.Sampling;
import org.filigree.text.TokenRow;
import org.filigree.trainer.serve.EngineOptions;
import org.filigree.trainer.serve.ServedBase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Generation on the kit's reference models, by the plain engine. */
class GeneratorTest {

    private static final EngineOptions PLAIN = new EngineOptions("plain", "cpu", null, 1);
    private static final int[] PROMPT = {1, 247, 43, 106};
    private static final Sampling WARM = new Sampling(1.2, 0.95, 40, 1.1, 5);

    @TempDir
    private Path folder;

    private ServedBase served(String name, String weights) throws IOException {
        var base = TestFolders.base(folder.resolve(name), name, weights);
        return ServedBase.open(new LocalFiles(), base.toString(), PLAIN);
    }

    private ServedBase served() throws IOException {
        return served("llama", "llama");
    }

    private String adapter(String when) {
        return TestFolders.adapter(folder.resolve(when), "llama", when).toString();
    }

    private static Generated generate(ServedBase served, int slot, Sampling sampling, Set<Integer> ends, int most) {
        var generator =
                new Generator(served.session(), sampling, ends, served.spec().maxPositions());
        return generator.generate(slot, PROMPT, most, token -> {});
    }

    private static int[] byWholeForwards(Session session, int slot, int count) {
        var text = PROMPT.clone();
        for (var i = 0; i < count; i++) {
            var labels = new int[text.length];
            Arrays.fill(labels, TokenRow.IGNORED);
            var batch = Batch.of(List.of(new Batch.Placed(slot, 0, TokenRow.of(text, labels))));
            var logits = session.logits(batch, new int[] {text.length - 1})[0];
            var best = 0;
            for (var token = 1; token < logits.length; token++) {
                best = logits[token] > logits[best] ? token : best;
            }
            text = Arrays.copyOf(text, text.length + 1);
            text[text.length - 1] = best;
        }
        return Arrays.copyOfRange(text, PROMPT.length, text.length);
    }

    @ParameterizedTest
    @CsvSource({"llama,llama", "gpt2,gpt2", "mistral,llama", "qwen2,qwen2"})
    void greedyWithTheCacheIsGreedyByWholeForwards(String name, String weights) throws IOException {
        try (var served = served(name, weights)) {
            var slot = served.add(TestFolders.adapter(folder.resolve("adapter"), name, "adapter-end")
                    .toString());
            for (var voice : new int[] {ServedBase.BASE_SLOT, slot}) {
                var found = generate(served, voice, Sampling.GREEDY, Set.of(), 24);
                assertThat(found.tokens()).isEqualTo(byWholeForwards(served.session(), voice, 24));
                assertThat(found.stop()).isEqualTo(Generated.Stop.LENGTH);
            }
        }
    }

    @Test
    void aSeedGivesTheSameTextWhateverStandsBesideIt() throws IOException {
        try (var served = served()) {
            var slot = served.add(adapter("adapter-end"));
            var alone = generate(served, slot, WARM, Set.of(), 20).tokens();
            served.add(adapter("adapter-start"));
            generate(served, ServedBase.BASE_SLOT, WARM, Set.of(), 20);
            assertThat(generate(served, slot, WARM, Set.of(), 20).tokens()).isEqualTo(alone);
            var other = new Sampling(1.2, 0.95, 40, 1.1, 6);
            assertThat(generate(served, slot, other, Set.of(), 20).tokens()).isNotEqualTo(alone);
        }
    }

    @Test
    void anEndTokenEndsTheTextAndIsNotPartOfIt() throws IOException {
        try (var served = served()) {
            var endless =
                    generate(served, ServedBase.BASE_SLOT, WARM, Set.of(), 20).tokens();
            var end = endless[7];
            var before = Arrays.stream(endless).takeWhile(token -> token != end).toArray();
            assertThat(before).isNotEmpty();
            var found = generate(served, ServedBase.BASE_SLOT, WARM, Set.of(end, 300), 20);
            assertThat(found.tokens()).isEqualTo(before);
            assertThat(found.stop()).isEqualTo(Generated.Stop.END);
        }
    }

    @Test
    void aTextEndsWhereTheModelsPositionsDo() throws IOException {
        try (var served = served()) {
            var seen = new ArrayList<Integer>();
            var generator = new Generator(served.session(), Sampling.GREEDY, Set.of(), 128);
            var found = generator.generate(ServedBase.BASE_SLOT, PROMPT, 1000, seen::add);
            assertThat(found.tokens()).hasSize(128 - PROMPT.length);
            assertThat(found.stop()).isEqualTo(Generated.Stop.POSITIONS);
            assertThat(seen)
                    .containsExactlyElementsOf(
                            Arrays.stream(found.tokens()).boxed().toList());
        }
    }
}
