package org.filigree.trainer.serve;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.format.FileTree;
import org.filigree.format.FormatException;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.text.ChatTemplate;
import org.filigree.text.TextEncoder;
import org.filigree.text.Tokenizer;
import org.filigree.text.TokenizerConfig;
import org.filigree.text.TokenizerFiles;

/** A base's way with text: prompts to tokens, and which tokens end an answer. */
public final class ServedText implements AutoCloseable {

    private final HuggingFaceFolder base;
    private final TokenizerConfig config;
    private final Tokenizer tokenizer;
    private final TextEncoder encoder;
    private final ChatTemplate template;

    private ServedText(HuggingFaceFolder base, String folder, TokenizerFiles files, boolean chat) {
        this.base = base;
        this.config = files.configuration();
        if (chat && config.chatTemplate() == null) {
            throw new FiligreeException(
                    Code.CONFIGURATION,
                    folder + ": no chat template (chat_template.jinja, or chat_template in tokenizer_config.json)");
        }
        this.template = chat ? new ChatTemplate(config) : null;
        try {
            this.tokenizer = files.open();
        } catch (IllegalArgumentException e) {
            throw new FormatException("%s: %s".formatted(folder, e.getMessage()), e);
        }
        try {
            requireFits(folder, tokenizer, base);
            this.encoder = new TextEncoder(tokenizer, config);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e instanceof IllegalArgumentException wrong
                    ? new FormatException("%s: %s".formatted(folder, wrong.getMessage()), wrong)
                    : e;
        }
    }

    /**
     * Opens the base's own tokenizer; where it lacks what is needed, that of the first adapter that brings it.
     *
     * @param chat whether prompts are a user's turns in a conversation
     * @throws FormatException in one line when no folder has a tokenizer, or it does not fit the base
     */
    public static ServedText open(FileTree files, HuggingFaceFolder base, List<String> adapters, boolean chat)
            throws IOException {
        for (var folder : adapters) {
            if (speaks(files, base.path(), chat)) {
                break;
            }
            if (speaks(files, folder, chat)) {
                return new ServedText(base, folder, TokenizerFiles.read(files, folder), chat);
            }
        }
        return new ServedText(base, base.path(), TokenizerFiles.read(files, base.path()), chat);
    }

    private static boolean speaks(FileTree files, String folder, boolean chat) throws IOException {
        return files.exists(FileTree.join(folder, TokenizerFiles.TOKENIZER))
                && (!chat || TokenizerFiles.read(files, folder).configuration().chatTemplate() != null);
    }

    /** @throws FormatException when a text could have tokens that the base does not know */
    static void requireFits(String folder, Tokenizer tokenizer, HuggingFaceFolder base) {
        if (tokenizer.size() > base.spec().vocabulary()) {
            throw new FormatException(
                    "%s: a tokenizer that does not fit the base: its largest id is %d, %s has %d tokens"
                            .formatted(
                                    folder,
                                    tokenizer.size() - 1,
                                    base.path(),
                                    base.spec().vocabulary()));
        }
    }

    /** The prompt's tokens; of an empty one the begin token. */
    public int[] encode(String prompt) {
        var ids = encoder.prompt(template == null ? prompt : conversation(prompt));
        if (ids.length > 0) {
            return ids;
        }
        var begin = config.begin() == null ? base.bosTokenId().orElse(-1) : tokenizer.id(config.begin());
        if (begin < 0) {
            throw new FiligreeException(
                    Code.DATA, "an empty prompt: %s names no begin token to start from".formatted(base.path()));
        }
        return new int[] {begin};
    }

    private String conversation(String prompt) {
        try {
            return template.render(List.of(new ChatTemplate.Message("user", prompt)), true);
        } catch (IllegalArgumentException e) {
            throw new FiligreeException(Code.DATA, e.getMessage(), e);
        }
    }

    /** Every token that ends an answer: the folder's, and the tokenizer's own. */
    public Set<Integer> ends() {
        var ends = new HashSet<>(base.eosTokenIds());
        if (encoder.endToken() >= 0) {
            ends.add(encoder.endToken());
        }
        return Set.copyOf(ends);
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
