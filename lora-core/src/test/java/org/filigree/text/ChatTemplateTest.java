package org.filigree.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.filigree.text.ChatTemplate.Message;
import org.filigree.text.ChatTemplate.Span;
import org.junit.jupiter.api.Test;

class ChatTemplateTest {

    /** ChatML, as Qwen's tokenizer has it. */
    private static final String CHATML = """
            {% for message in messages %}
            {{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}
            {%- endfor %}
            {%- if add_generation_prompt %}
            {{ '<|im_start|>assistant\\n' }}
            {%- endif %}""";

    private static ChatTemplate template(String text) {
        return new ChatTemplate(new TokenizerConfig("<s>", "</s>", null, true, text));
    }

    @Test
    void aConversationIsRenderedAsTheTemplateSays() {
        assertThat(template(CHATML)
                        .render(List.of(new Message("user", "Hi"), new Message("assistant", "Hello")), false))
                .isEqualTo("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n");
    }

    @Test
    void aSpaceBeforeABlockInMidLineStaysAndIndentationGoes() {
        assertThat(template("{{ 'a' }} {% if true %}b{% endif %}\n  {% if true %}\nc{% endif %}\n")
                        .render(List.of(), false))
                .isEqualTo("a b" + "c");
    }

    @Test
    void onlyWhatTheAssistantSaysIsTrained() {
        var spans = template(CHATML)
                .spans(List.of(
                        new Message("system", "Be brief."),
                        new Message("user", "Hi"),
                        new Message("assistant", "Hello"),
                        new Message("user", "Bye"),
                        new Message("assistant", "Ciao")));
        assertThat(spans)
                .containsExactly(
                        new Span(
                                "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
                                false),
                        new Span("Hello<|im_end|>\n", true),
                        new Span("<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n", false),
                        new Span("Ciao<|im_end|>\n", true));
    }

    @Test
    void aTemplatesOwnRefusalIsTold() {
        assertThatThrownBy(() -> template("{{ raise_exception('roles must alternate') }}")
                        .render(List.of(), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("roles must alternate")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }

    @Test
    void aTemplateThatRewritesEarlierTurnsIsRefused() {
        assertThatThrownBy(() -> template("{{ messages|length }} turns")
                        .spans(List.of(new Message("user", "Hi"), new Message("assistant", "Hello"))))
                .hasMessageContaining("rewrites earlier turns");
    }

    @Test
    void withoutATemplateMessagesAreRefused() {
        assertThatThrownBy(() -> template(null)).hasMessageContaining("has no chat template");
    }
}
