package org.filigree.trainer.order;

/** Cuts a global batch among workers: contiguous parts of about equal tokens, a function of the rows' lengths alone. */
public final class BatchCut {

    private BatchCut() {}

    /**
     * Each row goes to the worker in whose equal share of the tokens its middle lies. A worker may get none.
     *
     * @param lengths tokens of each row, in the batch's order, each at least 1
     * @return {@code [workers + 1]} bounds: worker w has rows {@code bounds[w] .. bounds[w+1]-1}
     */
    public static int[] byTokens(int[] lengths, int workers) {
        var total = 0L;
        for (var length : lengths) {
            total += length;
        }
        var bounds = new int[workers + 1];
        var worker = 0;
        var before = 0L;
        for (var row = 0; row < lengths.length; row++) {
            var owner = (int) ((2 * before + lengths[row]) * workers / (2 * total));
            while (worker < owner) {
                bounds[++worker] = row;
            }
            before += lengths[row];
        }
        while (worker < workers) {
            bounds[++worker] = lengths.length;
        }
        return bounds;
    }
}
