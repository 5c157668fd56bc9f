package org.filigree.quickstart;

import java.util.List;

/** Questions about the small world and their answers, worded as the tokenizer's chat template words a turn. */
final class Questions {

    private final World world;
    private final List<Template> templates;

    /** @param answer without the space that stands before it in a text */
    record Pair(String question, String answer) {

        String text() {
            return prompt() + " " + answer;
        }

        /** The text up to where the answer begins. */
        String prompt() {
            return "Question: " + question + "\nAnswer:";
        }
    }

    Questions(World world) {
        this.world = world;
        this.templates = Template.parse(Resources.text("questions.txt"));
    }

    Pair write(Draw draw) {
        var lines = Template.choose(templates, draw).write(world, draw).split("\n", 2);
        return new Pair(lines[0], lines[1]);
    }
}
