package org.filigree.trainer.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import org.filigree.format.FileTree;
import org.filigree.format.FormatException;

/** Prompts of a file, or of standard input: one a line; of a .jsonl file each line's {@code prompt}. */
final class Prompts {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Prompts() {}

    /** @throws FormatException in one line when there is no such file, or a line is not what it should be */
    static List<String> read(FileTree files, String path) throws IOException {
        if (!files.exists(path)) {
            throw new FormatException(path + ": no such file; --prompts names one with a prompt a line");
        }
        var prompts = new ArrayList<String>();
        try (var in = reader(files.open(path))) {
            var number = 0;
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                number++;
                if (!line.isBlank()) {
                    prompts.add(path.endsWith(".jsonl") ? prompt(path, number, line) : line);
                }
            }
        }
        if (prompts.isEmpty()) {
            throw new FormatException(path + ": no prompt in it");
        }
        return prompts;
    }

    static BufferedReader reader(InputStream in) {
        return new BufferedReader(new InputStreamReader(in, UTF_8));
    }

    private static String prompt(String path, int number, String line) {
        JsonNode node;
        try {
            node = JSON.readTree(line).path("prompt");
        } catch (JsonProcessingException e) {
            throw new FormatException("%s, line %d: not JSON: %s".formatted(path, number, e.getOriginalMessage()), e);
        }
        if (!node.isTextual()) {
            throw new FormatException("%s, line %d: wanted an object with a prompt".formatted(path, number));
        }
        return node.asText();
    }
}
