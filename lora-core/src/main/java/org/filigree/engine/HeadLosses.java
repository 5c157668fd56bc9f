package org.filigree.engine;

import java.util.stream.IntStream;

/** Sums the token losses of a batch by row, in the order of the tokens. */
final class HeadLosses {

    private final Batch batch;
    private final int[] targetTokens;
    private final int[] rowOfTarget;
    private final double[] losses;
    private final int[] targets;
    private final int[] correct;
    private int next;

    /** @param scored whether correct predictions are counted too */
    HeadLosses(Batch batch, boolean scored) {
        this.batch = batch;
        this.targetTokens = IntStream.range(0, batch.size())
                .filter(token -> batch.targets()[token] != Batch.NO_TARGET)
                .toArray();
        this.rowOfTarget = new int[targetTokens.length];
        var row = 0;
        for (var i = 0; i < targetTokens.length; i++) {
            while (targetTokens[i]
                    >= batch.rows().get(row).firstToken()
                            + batch.rows().get(row).tokens()) {
                row++;
            }
            rowOfTarget[i] = row;
        }
        this.losses = new double[batch.rows().size()];
        this.targets = new int[losses.length];
        this.correct = scored ? new int[losses.length] : null;
    }

    /** Tokens of the batch that have a target, ascending. */
    int[] targetTokens() {
        return targetTokens;
    }

    /** Takes the logits after the next {@code tokens}; turns them into their gradient when {@code differentiate}. */
    void add(Kernels kernels, Buffer logits, int[] tokens, boolean differentiate) {
        var wanted = IntStream.of(tokens).map(token -> batch.targets()[token]).toArray();
        var predicted = correct == null ? null : kernels.argMax(logits);
        var tokenLosses = new double[tokens.length];
        kernels.crossEntropy(logits, wanted, tokenLosses, differentiate ? logits : null);
        for (var i = 0; i < tokens.length; i++) {
            var row = rowOfTarget[next++];
            losses[row] += tokenLosses[i];
            targets[row]++;
            if (predicted != null && predicted[i] == wanted[i]) {
                correct[row]++;
            }
        }
    }

    RowLosses byRow() {
        return new RowLosses(losses, targets, correct);
    }
}
