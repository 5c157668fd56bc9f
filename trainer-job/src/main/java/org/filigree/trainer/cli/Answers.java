package org.filigree.trainer.cli;

import java.util.ArrayList;
import java.util.List;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.generate.AnswerText;
import org.filigree.generate.Generator;
import org.filigree.trainer.serve.ServedBase;
import org.filigree.trainer.serve.ServedText;

/** Each prompt's answers: the base's, then each adapter's. */
final class Answers {

    /** Who answers: the base, or an adapter by its folder's name. */
    record Voice(String name, int slot) {}

    private final ServedBase served;
    private final ServedText text;
    private final Generator generator;
    private final List<Voice> voices;
    private final int maxNewTokens;

    Answers(ServedBase served, ServedText text, Generator generator, List<Voice> voices, int maxNewTokens) {
        this.served = served;
        this.text = text;
        this.generator = generator;
        this.voices = List.copyOf(voices);
        this.maxNewTokens = maxNewTokens;
    }

    /** The base, and each adapter in a slot of its own; folders of one name are called by their whole path. */
    static List<Voice> voices(ServedBase served, List<String> adapters) throws java.io.IOException {
        var names = adapters.stream().map(Answers::lastName).toList();
        var voices = new ArrayList<Voice>();
        voices.add(new Voice("base", ServedBase.BASE_SLOT));
        for (var i = 0; i < adapters.size(); i++) {
            var name = names.get(i);
            var alone = names.stream().filter(name::equals).count() == 1 && !name.equals("base");
            voices.add(new Voice(alone ? name : adapters.get(i), served.add(adapters.get(i))));
        }
        return voices;
    }

    private static String lastName(String folder) {
        var path = folder.replaceAll("/+$", "");
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** @throws FiligreeException in one line when the prompt leaves no room for an answer */
    int[] encode(String prompt) {
        var ids = text.encode(prompt);
        var positions = served.spec().maxPositions();
        if (ids.length >= positions) {
            throw new FiligreeException(
                    Code.DATA,
                    "prompt '%s': %d tokens, %s has %d positions and an answer needs one"
                            .formatted(
                                    beginning(prompt),
                                    ids.length,
                                    served.folder().path(),
                                    positions));
        }
        return ids;
    }

    private static String beginning(String prompt) {
        var line = prompt.lines().findFirst().orElse("");
        return line.length() <= 40 ? line : line.substring(0, 40) + "...";
    }

    void answer(String prompt, int[] ids, AnswerPage page) {
        page.begin(prompt, ids.length);
        for (var voice : voices) {
            var answer = new AnswerText(text.tokenizer(), ids);
            page.voice(voice.name());
            var generated =
                    generator.generate(voice.slot(), ids, maxNewTokens, token -> page.piece(answer.append(token)));
            page.piece(answer.rest());
            page.answered(generated);
        }
        page.end();
    }
}
