package org.filigree.generate;

import java.util.Arrays;
import java.util.Set;
import java.util.function.IntConsumer;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.engine.Session;

/** One token after another, with a cache of keys and values. Used by the thread that uses its session. */
public final class Generator {

    private final Session session;
    private final Sampler sampler;
    private final Set<Integer> ends;
    private final int positions;

    /**
     * @param ends tokens that end a text
     * @param positions longest text the model can place
     */
    public Generator(Session session, Sampling sampling, Set<Integer> ends, int positions) {
        this.session = session;
        this.sampler = new Sampler(sampling);
        this.ends = Set.copyOf(ends);
        this.positions = positions;
    }

    /**
     * Goes on from a prompt until the text ends, is as long as asked for, or fills the model's positions.
     *
     * @param slot the adapter's; an empty slot speaks as the base
     * @param prompt at least one token
     * @param onToken sees each token as it comes
     * @throws FiligreeException when the prompt leaves no position for an answer
     */
    public Generated generate(int slot, int[] prompt, int maxNewTokens, IntConsumer onToken) {
        var room = positions - prompt.length;
        if (prompt.length == 0 || room <= 0) {
            throw new FiligreeException(
                    Code.DATA,
                    prompt.length == 0
                            ? "an empty prompt: a text needs a token to begin with"
                            : "the prompt has %d tokens; the model has %d positions, and an answer needs one"
                                    .formatted(prompt.length, positions));
        }
        var most = Math.min(maxNewTokens, room);
        var text = Arrays.copyOf(prompt, prompt.length + most);
        try (var decoding = session.decode(slot, text.length)) {
            var logits = decoding.append(prompt);
            for (var made = 0; made < most; made++) {
                var length = prompt.length + made;
                var token = sampler.next(logits, text, length, made);
                if (ends.contains(token)) {
                    return new Generated(Arrays.copyOfRange(text, prompt.length, length), Generated.Stop.END);
                }
                text[length] = token;
                onToken.accept(token);
                if (made + 1 < most) {
                    logits = decoding.append(new int[] {token});
                }
            }
        }
        return new Generated(
                Arrays.copyOfRange(text, prompt.length, text.length),
                most < maxNewTokens ? Generated.Stop.POSITIONS : Generated.Stop.LENGTH);
    }
}
