package org.filigree.text;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A tokenizer's chat template (Jinja, as transformers renders it). */
public final class ChatTemplate {

    /** One turn; roles are {@code system}, {@code user}, {@code assistant}. */
    public record Message(String role, String content) {}

    /** A piece of the rendered text; trained where an assistant says it. */
    public record Span(String text, boolean assistant) {}

    /** What Jinja's lstrip_blocks strips; Jinjava's would also strip a space before a block in mid-line. */
    private static final Pattern LEADING = Pattern.compile("(?m)^[ \\t]+(?=\\{[%#][^+])");

    private final Jinjava jinjava;
    private final String template;
    private final TokenizerConfig config;

    /** @throws IllegalArgumentException when the tokenizer has no template */
    public ChatTemplate(TokenizerConfig config) {
        if (config.chatTemplate() == null) {
            throw new IllegalArgumentException(
                    "the tokenizer has no chat template: tokenizer_config.json lacks chat_template; shape messages needs one");
        }
        this.config = config;
        this.template = LEADING.matcher(config.chatTemplate()).replaceAll("");
        this.jinjava = new Jinjava(JinjavaConfig.newBuilder()
                .withTrimBlocks(true)
                .withFailOnUnknownTokens(false)
                .withKeepTrailingNewline(true)
                .build());
        jinjava.getGlobalContext()
                .registerFunction(
                        new ELFunctionDefinition("", "raise_exception", ChatTemplate.class, "refuse", String.class));
    }

    /** What a template calls to refuse a conversation. */
    @SuppressWarnings("DoNotCallSuggester") // called by name, from a template
    public static String refuse(String reason) {
        throw new IllegalArgumentException(reason);
    }

    /**
     * The conversation as the model reads it.
     *
     * @param answerNext whether the text ends where the assistant's next turn begins
     * @throws IllegalArgumentException with the template's own reason, in one line
     */
    public String render(List<Message> messages, boolean answerNext) {
        var turns = new ArrayList<Map<String, Object>>();
        for (var message : messages) {
            turns.add(Map.of("role", message.role(), "content", message.content()));
        }
        Map<String, Object> bindings = new HashMap<>();
        bindings.put("messages", turns);
        bindings.put("add_generation_prompt", answerNext);
        bindings.put("bos_token", config.begin() == null ? "" : config.begin());
        bindings.put("eos_token", config.end() == null ? "" : config.end());
        RenderResult result = jinjava.renderForResult(template, bindings);
        if (!result.getErrors().isEmpty()) {
            var error = result.getErrors().get(0);
            throw new IllegalArgumentException(
                    "chat template, line %d: %s".formatted(error.getLineno(), firstLine(reason(error))));
        }
        return result.getOutput();
    }

    /** The template's own words where it refused, beneath what Jinjava wraps around them. */
    private static String reason(TemplateError error) {
        Throwable cause = error.getException();
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof IllegalArgumentException ? cause.getMessage() : error.getMessage();
    }

    private static String firstLine(String text) {
        return String.valueOf(text).lines().findFirst().orElse("failed");
    }

    /**
     * The conversation in pieces: what an assistant says, with what ends its turn, apart from the rest. Found by rendering
     * ever longer beginnings, as TRL does, so the template must only ever append.
     */
    public List<Span> spans(List<Message> messages) {
        var spans = new ArrayList<Span>();
        var done = "";
        for (var i = 0; i < messages.size(); i++) {
            var assistant = messages.get(i).role().equals("assistant");
            if (assistant) {
                done = append(spans, done, render(messages.subList(0, i), true), false);
            }
            if (assistant || i == messages.size() - 1) {
                done = append(spans, done, render(messages.subList(0, i + 1), false), assistant);
            }
        }
        return spans;
    }

    private static String append(List<Span> spans, String done, String whole, boolean assistant) {
        if (!whole.startsWith(done)) {
            throw new IllegalArgumentException(
                    "the chat template rewrites earlier turns when later ones come, so an assistant's tokens cannot be told");
        }
        if (whole.length() > done.length()) {
            spans.add(new Span(whole.substring(done.length()), assistant));
        }
        return whole;
    }
}
