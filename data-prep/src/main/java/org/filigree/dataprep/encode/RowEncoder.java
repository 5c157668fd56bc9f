package org.filigree.dataprep.encode;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfig.Overlong;
import org.filigree.dataprep.source.RawRow;
import org.filigree.lora.CounterRandom;
import org.filigree.text.ChatTemplate;
import org.filigree.text.TextEncoder;
import org.filigree.text.TokenRow;
import org.filigree.text.TokenizerFiles;

/** Raw rows to token rows: one screen of what a corpus's shapes mean. */
public final class RowEncoder {

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final int REJECTED_CHARACTERS = 2_000;
    private static final char REPLACEMENT = '\uFFFD';

    private final List<RunConfig.Source> sources;
    private final RunConfig.Data data;
    private final long heldOutKey;
    private final TextEncoder text;
    private final ChatTemplate template;

    /** @param tokenizer null where every source has ready-made tokens */
    public RowEncoder(RunConfig.Data data, long seed, TokenizerFiles tokenizer) {
        this.data = data;
        this.sources = IntStream.range(0, 2)
                .mapToObj(side -> side == 0 ? data.train() : data.heldOut().sources())
                .flatMap(List::stream)
                .toList();
        this.heldOutKey = CounterRandom.key(seed, CounterRandom.name("held out"));
        if (tokenizer == null) {
            text = null;
            template = null;
        } else {
            var config = tokenizer.configuration();
            text = new TextEncoder(Tokenizers.OF_THIS_JVM.get(tokenizer), config);
            template = config.chatTemplate() == null ? null : new ChatTemplate(config);
        }
    }

    /** @param index of the row among all that were read */
    public EncodedRow encode(long index, RawRow raw) {
        var source = sources.get(raw.source());
        try {
            var whole = tokens(source, content(raw));
            var rows = fit(whole);
            var heldOut = raw.source() >= data.train().size() || byShare(whole);
            return new EncodedRow.Tokens(heldOut, rows);
        } catch (BadRowException e) {
            var line = JSON.createObjectNode()
                    .put("reason", e.reason())
                    .put("detail", e.detail())
                    .put("source", source.describe())
                    .put("row", index)
                    .put("content", shortened(raw.content()));
            return new EncodedRow.Rejected(e.reason(), line.toString());
        }
    }

    private static String shortened(byte[] content) {
        var lenient = new String(content, StandardCharsets.UTF_8);
        return lenient.length() <= REJECTED_CHARACTERS ? lenient : lenient.substring(0, REJECTED_CHARACTERS);
    }

    private static JsonNode content(RawRow raw) {
        String content;
        try {
            content = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(raw.content()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new BadRowException("invalid UTF-8", String.valueOf(e.getMessage()));
        }
        if (content.indexOf(REPLACEMENT) >= 0) {
            // What Spark's own readers leave of bytes that are no UTF-8.
            throw new BadRowException("invalid UTF-8", "it has U+FFFD");
        }
        if (raw.plain()) {
            return JsonNodeFactory.instance.objectNode().put("text", content.strip());
        }
        try {
            var json = JSON.readTree(content);
            if (!json.isObject()) {
                throw new BadRowException(
                        "not a JSON object", json.getNodeType().toString());
            }
            return json;
        } catch (JsonProcessingException e) {
            throw new BadRowException("not JSON", e.getOriginalMessage());
        }
    }

    private TokenRow tokens(RunConfig.Source source, JsonNode json) {
        var fields = new RowFields(json, source.columns());
        var completionOnly = data.completionOnlyLoss();
        return switch (source.shape()) {
            case TEXT -> text.text(fields.text("text"));
            case PROMPT_COMPLETION -> text.completion(fields.text("prompt"), fields.text("completion"), completionOnly);
            // A causal model learns a class as the words of its label.
            case TEXT_LABEL -> text.completion(fields.text("text"), fields.text("label"), completionOnly);
            case SOURCE_TARGET -> text.completion(fields.text("source"), fields.text("target"), completionOnly);
            case ALPACA -> text.completion(alpaca(fields), fields.text("output"), completionOnly);
            case MESSAGES -> conversation(Conversation.messages(fields.node("messages")), completionOnly);
            case SHAREGPT -> conversation(Conversation.sharegpt(fields.node("conversations")), completionOnly);
            case TOKENS -> ready(fields);
        };
    }

    /** The prompt of github.com/tatsu-lab/stanford_alpaca. */
    private static String alpaca(RowFields fields) {
        var instruction = fields.text("instruction");
        var input = fields.optional("input");
        return input.isEmpty()
                ? ("Below is an instruction that describes a task. Write a response that appropriately completes the request."
                        + "\n\n### Instruction:\n" + instruction + "\n\n### Response:\n")
                : ("Below is an instruction that describes a task, paired with an input that provides further context. "
                        + "Write a response that appropriately completes the request.\n\n### Instruction:\n"
                        + instruction
                        + "\n\n### Input:\n" + input + "\n\n### Response:\n");
    }

    private TokenRow conversation(List<ChatTemplate.Message> messages, boolean completionOnly) {
        var ids = IntStream.builder();
        var labels = IntStream.builder();
        List<ChatTemplate.Span> spans;
        try {
            spans = template.spans(messages);
        } catch (IllegalArgumentException e) {
            throw new BadRowException("refused by the chat template", e.getMessage());
        }
        var last = spans.size() - 1;
        var before = new StringBuilder();
        for (var s = 0; s <= last; s++) {
            var span = spans.get(s);
            var piece = s == 0 ? text.prompt(span.text()) : text.after(before.toString(), span.text());
            before.append(span.text());
            if (s == last && span.assistant() && Arrays.stream(piece).noneMatch(id -> id == text.endToken())) {
                piece = text.ended(piece);
            }
            for (var id : piece) {
                ids.add(id);
                labels.add(span.assistant() || !completionOnly ? id : TokenRow.IGNORED);
            }
        }
        return TokenRow.of(ids.build().toArray(), labels.build().toArray());
    }

    private static TokenRow ready(RowFields fields) {
        var ids = integers(fields.node("input_ids"), "input_ids", 0);
        if (fields.has("labels") && fields.has("label")) {
            throw new BadRowException(
                    "both labels and label", "labels are one a token, a label is one for the whole row");
        }
        // A null among labelled rows is a label that is missing, not a text to train on.
        var wanted = !fields.has("labels")
                && (fields.names("label") || fields.columns().containsKey("label"));
        if (wanted) {
            if (ids.length == 0) {
                throw new BadRowException("no token", "input_ids is empty");
            }
            return TokenRow.labelled(ids, number(fields.node("label")));
        }
        var labels = fields.has("labels") ? integers(fields.node("labels"), "labels", TokenRow.IGNORED) : ids.clone();
        if (ids.length != labels.length) {
            throw new BadRowException(
                    "input_ids and labels differ in length", "%d and %d".formatted(ids.length, labels.length));
        }
        return TokenRow.of(ids, labels);
    }

    private static double number(JsonNode label) {
        if (!label.isNumber()) {
            throw new BadRowException("label is not a number", "found " + label);
        }
        if (!Double.isFinite(label.doubleValue())) {
            throw new BadRowException("label is not finite", "found " + label);
        }
        return label.doubleValue();
    }

    /** Whole numbers that are not negative, {@code also} allowed. */
    private static int[] integers(JsonNode node, String field, int also) {
        if (!node.isArray()) {
            throw new BadRowException(
                    field + " is not a list of integers", node.getNodeType().toString());
        }
        var values = new int[node.size()];
        for (var i = 0; i < values.length; i++) {
            var value = node.get(i);
            if (!value.canConvertToInt()
                    || !value.isIntegralNumber()
                    || (value.intValue() < 0 && value.intValue() != also)) {
                throw new BadRowException(field + " is not a list of token ids", "found " + value);
            }
            values[i] = value.intValue();
        }
        return values;
    }

    /** The row within the longest length, in one piece or several; each piece has the label of the whole. */
    private List<TokenRow> fit(TokenRow row) {
        var pieces = new ArrayList<TokenRow>();
        if (row.length() <= data.maxLength()) {
            pieces.add(row);
        } else if (data.overlong() == Overlong.REJECT) {
            throw new BadRowException("longer than max_length", "%d tokens".formatted(row.length()));
        } else {
            var end = data.overlong() == Overlong.TRUNCATE ? data.maxLength() : row.length();
            for (var from = 0; from < end; from += data.maxLength()) {
                var to = Math.min(from + data.maxLength(), end);
                pieces.add(new TokenRow(
                        Arrays.copyOfRange(row.inputIds(), from, to),
                        Arrays.copyOfRange(row.labels(), from, to),
                        new int[] {to - from},
                        row.documentLabels()));
            }
        }
        pieces.removeIf(piece -> piece.targets() == 0 && !piece.hasDocumentLabel());
        if (pieces.isEmpty()) {
            throw new BadRowException(
                    "no token to train",
                    "%d tokens, all masked or cut off at data.max_length %d".formatted(row.length(), data.maxLength()));
        }
        return pieces;
    }

    /** By what the row says, so that the same text is never on both sides. */
    private boolean byShare(TokenRow row) {
        var share = data.heldOut().share();
        if (share == 0) {
            return false;
        }
        var ids = Arrays.stream(row.inputIds()).asLongStream().toArray();
        return CounterRandom.uniform(CounterRandom.key(heldOutKey, CounterRandom.key(ids)), 0) < share;
    }
}
