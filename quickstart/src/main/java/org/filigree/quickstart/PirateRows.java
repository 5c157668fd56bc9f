package org.filigree.quickstart;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.filigree.lora.CounterRandom;
import org.filigree.quickstart.Questions.Pair;

/** The base's own questions, answered by a pirate: what is said stays, how it is said changes. */
final class PirateRows {

    private static final List<String> OPENINGS = List.of("Arr!", "Ahoy, matey!", "Yo ho!", "Shiver me timbers!");
    private static final List<String> CLOSINGS =
            List.of(", arr!", ", me hearty!", ", by the seven seas!", ", or I be no pirate!");
    private static final Map<String, String> WORDS = words();

    private final Questions questions = new Questions(World.load());
    private final long seed;

    PirateRows(long seed) {
        this.seed = seed;
    }

    private static Map<String, String> words() {
        var words = new LinkedHashMap<String, String>();
        words.put("is", "be");
        words.put("are", "be");
        words.put("you", "ye");
        words.put("the", "th'");
        words.put("and", "an'");
        words.put("for", "fer");
        words.put("to", "t'");
        words.put("of", "o'");
        words.put("yes", "aye");
        words.put("people", "sea dogs");
        words.put("children", "young pirates");
        return words;
    }

    /** Row {@code index}: a question, and a pirate's answer to it. */
    Pair row(int index) {
        var draw = new Draw(CounterRandom.key(seed, CounterRandom.name("pirate"), index));
        var plain = questions.write(draw);
        return new Pair(plain.question(), speak(plain, draw));
    }

    private static String speak(Pair plain, Draw draw) {
        var said = plain.answer();
        for (var word : WORDS.entrySet()) {
            said = said.replaceAll("(?i)\\b" + word.getKey() + "\\b", word.getValue());
        }
        said = said.substring(0, said.length() - 1);
        return draw.of(OPENINGS) + " " + said.substring(0, 1).toUpperCase(Locale.ROOT) + said.substring(1)
                + draw.of(CLOSINGS);
    }
}
