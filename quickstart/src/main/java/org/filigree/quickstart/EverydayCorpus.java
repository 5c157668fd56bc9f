package org.filigree.quickstart;

import java.util.List;
import java.util.stream.Stream;
import org.filigree.lora.CounterRandom;

/** Short English documents about the small world: stories, descriptions, letters, talk, questions with answers. */
public final class EverydayCorpus {

    /** Of so many documents one is a question; they are short, so this is a smaller share of the text. */
    private static final int QUESTION_ONE_IN = 3;

    private final World world = World.load();
    private final Questions questions = new Questions(world);
    private final List<Template> templates = Template.parse(Resources.text("documents.txt"));
    private final long seed;

    public EverydayCorpus(long seed) {
        this.seed = seed;
    }

    /** Document {@code index} of this seed's endless corpus. */
    public String document(int index) {
        var draw = new Draw(CounterRandom.key(seed, CounterRandom.name("document"), index));
        return draw.oneIn(QUESTION_ONE_IN)
                ? questions.write(draw).text()
                : Template.choose(templates, draw).write(world, draw);
    }

    /** The first documents, in order. */
    public Stream<String> documents(int count) {
        return Stream.iterate(0, i -> i + 1).limit(count).map(this::document);
    }
}
