package org.filigree.quickstart;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A byte-level BPE tokenizer as Hugging Face keeps it: tokenizer.json and tokenizer_config.json. */
final class TokenizerFiles {

    static final String BEGIN = "<s>";
    static final String END = "</s>";

    /** Turns worded as the corpus words questions, so that the base can answer in a chat. */
    private static final String CHAT_TEMPLATE = "{{ bos_token }}{% for message in messages %}"
            + "{% if message.role == 'user' %}Question: {{ message.content }}\n"
            + "{% elif message.role == 'assistant' %}Answer: {{ message.content }}{{ eos_token }}"
            + "{% else %}{{ message.content }}\n{% endif %}{% endfor %}"
            + "{% if add_generation_prompt %}Answer:{% endif %}";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> SPECIAL = List.of(BEGIN, END);

    private TokenizerFiles() {}

    /** tokenizer.json of a vocabulary of {@code size} (or less, where the texts hold no more), learned from the texts. */
    static ObjectNode tokenizer(Stream<String> texts, int size) {
        var alphabet = new ByteAlphabet();
        var merges = BytePairTrainer.merges(texts, size - SPECIAL.size() - alphabet.size());
        var tokens = new ArrayList<String>();
        for (var b = 0; b < alphabet.size(); b++) {
            tokens.add(alphabet.symbol(b));
        }
        var json = JSON.createObjectNode();
        json.put("version", "1.0").putNull("truncation").putNull("padding");
        addedTokens(json.putArray("added_tokens"));
        json.putNull("normalizer");
        byteLevel(json.putObject("pre_tokenizer"));
        postProcessor(json.putObject("post_processor"));
        byteLevel(json.putObject("decoder"));
        var model = json.putObject("model");
        model.put("type", "BPE").putNull("dropout").putNull("unk_token").putNull("continuing_subword_prefix");
        model.putNull("end_of_word_suffix").put("fuse_unk", false).put("byte_fallback", false);
        var vocabulary = model.putObject("vocab");
        var pairs = model.putArray("merges");
        for (var merge : merges) {
            pairs.add(tokens.get(merge.left()) + " " + tokens.get(merge.right()));
            tokens.add(tokens.get(merge.left()) + tokens.get(merge.right()));
        }
        SPECIAL.forEach(token -> vocabulary.put(token, vocabulary.size()));
        tokens.forEach(token -> vocabulary.put(token, vocabulary.size()));
        return json;
    }

    private static void addedTokens(ArrayNode added) {
        for (var id = 0; id < SPECIAL.size(); id++) {
            added.addObject()
                    .put("id", id)
                    .put("content", SPECIAL.get(id))
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
    }

    /** The begin token before each text. */
    private static void postProcessor(ObjectNode node) {
        node.put("type", "TemplateProcessing");
        var single = node.putArray("single");
        special(single.addObject());
        sequence(single.addObject(), "A", 0);
        var pair = node.putArray("pair");
        special(pair.addObject());
        sequence(pair.addObject(), "A", 0);
        sequence(pair.addObject(), "B", 1);
        var begin = node.putObject("special_tokens").putObject(BEGIN);
        begin.put("id", BEGIN).putArray("ids").add(SPECIAL.indexOf(BEGIN));
        begin.putArray("tokens").add(BEGIN);
    }

    private static void special(ObjectNode node) {
        node.putObject("SpecialToken").put("id", BEGIN).put("type_id", 0);
    }

    private static void sequence(ObjectNode node, String id, int type) {
        node.putObject("Sequence").put("id", id).put("type_id", type);
    }

    /** tokenizer_config.json: which tokens begin and end a text, and the chat template. */
    static ObjectNode configuration(int contextLength) {
        return JSON.createObjectNode()
                .put("tokenizer_class", "PreTrainedTokenizerFast")
                .put("bos_token", BEGIN)
                .put("eos_token", END)
                .put("pad_token", END)
                .put("add_bos_token", true)
                .put("clean_up_tokenization_spaces", false)
                .put("model_max_length", contextLength)
                .put("chat_template", CHAT_TEMPLATE);
    }
}
