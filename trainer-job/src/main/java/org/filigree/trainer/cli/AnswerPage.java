package org.filigree.trainer.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Locale;
import org.filigree.generate.Generated;

/** Where answers are shown: as they come, under their voice's name, or one JSON object a prompt. */
final class AnswerPage {

    private final PrintWriter out;
    private final boolean json;
    private final boolean labelled;
    private final StringBuilder text = new StringBuilder();
    private ObjectNode object;
    private String voice;
    private int prompts;

    /** @param labelled false where one voice speaks: its text alone is printed */
    AnswerPage(PrintWriter out, boolean json, boolean labelled) {
        this.out = out;
        this.json = json;
        this.labelled = labelled;
    }

    void begin(String prompt, int tokens) {
        object = JsonNodeFactory.instance.objectNode().put("prompt", prompt).put("prompt_tokens", tokens);
        object.putArray("answers");
        if (!json && prompts++ > 0) {
            out.println();
        }
        if (!json && labelled) {
            out.println("prompt: " + prompt);
        }
    }

    void voice(String name) {
        voice = name;
        text.setLength(0);
        if (!json && labelled) {
            out.println("[" + name + "]");
        }
    }

    void piece(String piece) {
        text.append(piece);
        if (!json) {
            out.print(piece);
            out.flush();
        }
    }

    void answered(Generated generated) {
        object.withArray("answers")
                .addObject()
                .put("name", voice)
                .put("text", text.toString())
                .put("tokens", generated.tokens().length)
                .put("stop", generated.stop().name().toLowerCase(Locale.ROOT));
        if (!json) {
            out.println();
        }
    }

    void end() {
        if (json) {
            out.println(object);
        }
    }
}
