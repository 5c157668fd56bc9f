package org.filigree.trainer.inspect;

import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.HashSet;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.model.Op;

/**
 * Tokens that a base was never trained on: their row of the input embedding is zero or another token's. Training text
 * that has them, or a chat template that uses them, starts from nothing.
 *
 * @param beyond ids that no token of the tokenizer has
 * @param ids of the tokenizer's tokens, those whose row is zero or another's
 * @param notFinite ids of rows with a value that is not finite
 */
record UntrainedTokens(int beyond, BitSet ids, BitSet notFinite) {

    /** Weights of 2 GiB and more are not read at once: such an embedding is not looked through. */
    private static final long MOST_BYTES = Integer.MAX_VALUE;

    private static final double ZERO = 1e-16;

    /** @param known ids that the tokenizer has, from 0 on */
    static UntrainedTokens of(HuggingFaceFolder base, int known) {
        var found = new UntrainedTokens(base.spec().vocabulary() - known, new BitSet(), new BitSet());
        var table = base.spec().body().get(0).ops().stream()
                .filter(Op.Embedding.class::isInstance)
                .map(Op.Embedding.class::cast)
                .filter(op -> op.index() == Op.Index.TOKENS)
                .findFirst()
                .orElseThrow();
        if ((long) table.entries() * table.width() * base.storedType().bytes() <= MOST_BYTES) {
            found.look(base, table.weight(), known);
        }
        return found;
    }

    private void look(HuggingFaceFolder base, String weight, int known) {
        var stored = base.read(weight);
        var data = stored.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        var seen = new HashSet<Long>();
        for (var id = 0; id < stored.rows(); id++) {
            var largest = 0f;
            var hash = 1125899906842597L;
            var finite = true;
            for (var i = 0; i < stored.columns(); i++) {
                var value = stored.type().get(data);
                finite &= Float.isFinite(value);
                largest = Math.max(largest, Math.abs(value));
                hash = 31 * hash + Float.floatToIntBits(value);
            }
            if (!finite) {
                notFinite.set(id);
            } else if (id < known && (largest < ZERO || !seen.add(hash))) {
                ids.set(id);
            }
        }
    }

    void addTo(Inspection found) {
        found.facts().put("untrained_token_ids", ids.cardinality()).put("ids_without_token", beyond);
        if (!ids.isEmpty()) {
            found.shortcomings()
                    .add("%d token ids look untrained (their embedding is zero or another's): %s"
                            .formatted(ids.cardinality(), ranges(ids)));
        }
        if (!notFinite.isEmpty()) {
            found.shortcomings()
                    .add("the embedding has values that are not finite, at token ids %s".formatted(ranges(notFinite)));
        }
    }

    /** The first five runs of ids: {@code 3, 10-12, ...}. */
    private static String ranges(BitSet ids) {
        var text = new StringBuilder();
        var count = 0;
        for (var from = ids.nextSetBit(0); from >= 0; ) {
            if (count++ == 5) {
                return text.append(", ...").toString();
            }
            var to = ids.nextClearBit(from);
            text.append(text.isEmpty() ? "" : ", ").append(from);
            if (to - from > 1) {
                text.append('-').append(to - 1);
            }
            from = ids.nextSetBit(to);
        }
        return text.toString();
    }
}
