package org.filigree.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.filigree.format.FileTree;
import org.filigree.format.FormatException;

/**
 * A tokenizer as it stands in a folder: small enough to travel to executors whole.
 *
 * @param tokenizer tokenizer.json
 * @param config tokenizer_config.json; empty where there is none
 * @param template chat_template.jinja; empty where there is none
 */
public record TokenizerFiles(byte[] tokenizer, byte[] config, byte[] template) {

    public static final String TOKENIZER = "tokenizer.json";
    private static final String CONFIG = "tokenizer_config.json";
    private static final String TEMPLATE = "chat_template.jinja";
    private static final byte[] ABSENT = {};

    /** @throws FormatException in one line when the folder has no tokenizer.json */
    public static TokenizerFiles read(FileTree files, String folder) throws IOException {
        var path = FileTree.join(folder, TOKENIZER);
        if (!files.exists(path)) {
            throw new FormatException(path + ": no such file; text needs a tokenizer (data.tokenizer names a folder)");
        }
        return new TokenizerFiles(
                bytes(files, path),
                bytes(files, FileTree.join(folder, CONFIG)),
                bytes(files, FileTree.join(folder, TEMPLATE)));
    }

    private static byte[] bytes(FileTree files, String path) throws IOException {
        if (!files.exists(path)) {
            return ABSENT;
        }
        try (var in = files.open(path)) {
            return in.readAllBytes();
        }
    }

    /** @throws IllegalArgumentException in one line when tokenizer.json is not one */
    public Tokenizer open() {
        return TokenizerProvider.load().create(tokenizer);
    }

    /** @throws FormatException in one line when tokenizer_config.json is not JSON */
    public TokenizerConfig configuration() {
        try {
            var json = new ObjectMapper().readTree(config.length == 0 ? "{}".getBytes(StandardCharsets.UTF_8) : config);
            return TokenizerConfig.read(
                    json, template.length == 0 ? null : new String(template, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new FormatException(CONFIG + ": not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
