package org.filigree.quickstart;

import java.util.List;
import org.filigree.lora.CounterRandom;

/** What customers of a shop write, and where it goes: a line of JSON, which the base has never seen. */
final class TicketRows {

    private static final List<String> GREETINGS = List.of("", "", "Hello. ", "Good morning. ", "Dear shop, ");
    private static final List<String> URGENT =
            List.of(" I need it today.", " Please help me soon.", " I cannot wait any more.", " Please come at once.");
    private static final List<String> PATIENT =
            List.of("", " There is no hurry.", " Thank you.", " I can wait.", " Please write to me.");

    private final World world = World.load();
    private final List<Template> templates = Template.parse(Resources.text("tickets.txt"));
    private final long seed;

    /** @param completion JSON after the space that parts it from the prompt */
    record Row(String prompt, String completion) {}

    TicketRows(long seed) {
        this.seed = seed;
    }

    Row row(int index) {
        var draw = new Draw(CounterRandom.key(seed, CounterRandom.name("ticket"), index));
        var template = Template.choose(templates, draw);
        var lines = template.write(world, draw).split("\n", 2);
        var urgent = draw.oneIn(2);
        var message = draw.of(GREETINGS) + lines[0] + draw.of(urgent ? URGENT : PATIENT);
        return new Row(
                "Ticket: " + message + "\nRoute:",
                " {\"team\": \"%s\", \"item\": \"%s\", \"urgent\": %s}"
                        .formatted(template.kind(), lines[1].toLowerCase(java.util.Locale.ROOT), urgent));
    }
}
