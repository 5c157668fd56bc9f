package org.filigree.format;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** JSON objects as files, each fault in one line that names the file. */
public final class JsonFile {

    private static final ObjectMapper STRICT = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    private JsonFile() {}

    /** @throws FormatException when the file is no JSON object, or has a field twice */
    public static ObjectNode read(FileTree files, String path) throws IOException {
        try (var in = files.open(path)) {
            return parse(path, in.readAllBytes());
        }
    }

    /** @param what starts the message of a fault: a file, or a part of it */
    static ObjectNode parse(String what, byte[] text) throws IOException {
        try (var parser = STRICT.createParser(utf8(what, text))) {
            var node = STRICT.readTree(parser);
            if (!(node instanceof ObjectNode object)) {
                throw new FormatException(what + ": not a JSON object");
            }
            if (parser.nextToken() != null) {
                throw new FormatException(what + ": more follows its JSON object");
            }
            return object;
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            var place = at == null ? "" : "line %d, column %d: ".formatted(at.getLineNr(), at.getColumnNr());
            var why = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new FormatException("%s: not sound JSON: %s%s".formatted(what, place, why), e);
        }
    }

    /** Jackson would guess at UTF-16 and UTF-32, which no Hugging Face file is. */
    private static String utf8(String what, byte[] text) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new FormatException(what + ": not UTF-8", e);
        }
    }
}
