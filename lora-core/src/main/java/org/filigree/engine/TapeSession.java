package org.filigree.engine;

import java.util.List;
import org.filigree.lora.AdamW;
import org.filigree.lora.AdapterPlan;
import org.filigree.text.TokenRow;

/** The session every engine has: tapes over its kernels. */
final class TapeSession implements Session {

    private final Base base;
    private final Lanes lanes;

    TapeSession(Base base, SessionOptions options) {
        this.base = base;
        this.lanes = new Lanes(base, options);
    }

    @Override
    public void put(int slot, AdapterPlan plan, float[] values) {
        var present = lanes.first().parameters().slot(slot);
        if (present != null && present.plan().equals(plan)) {
            present.reset(values);
            return;
        }
        lanes.put(slot, plan, values);
    }

    @Override
    public void remove(int slot) {
        lanes.remove(slot);
    }

    private AdapterSlot adapter(int slot) {
        return lanes.first().parameters().require(slot);
    }

    @Override
    public float[] values(int slot) {
        return adapter(slot).values();
    }

    @Override
    public AdamW.Moments moments(int slot) {
        return adapter(slot).moments();
    }

    @Override
    public void setMoments(int slot, AdamW.Moments moments) {
        adapter(slot).setMoments(moments);
    }

    @Override
    public RowLosses accumulate(Batch batch) {
        return lanes.train(checked(batch));
    }

    @Override
    public void gradients(int slot, float[] into) {
        adapter(slot).gradients(into);
    }

    @Override
    public void zeroGradients(int slot) {
        adapter(slot).zeroGradients();
    }

    @Override
    public double squaredGradientNorm(int slot) {
        return adapter(slot).squaredGradientNorm();
    }

    @Override
    public void update(int slot, AdamWStep step) {
        adapter(slot).update(step);
    }

    @Override
    public RowLosses score(Batch batch) {
        return lanes.score(checked(batch));
    }

    @Override
    public float[][] logits(Batch batch, int[] at) {
        return lanes.first().logits(checked(batch), at);
    }

    @Override
    public Decoding decode(int slot, int capacity) {
        var longest = base.spec().maxPositions();
        if (capacity > longest) {
            throw new IllegalArgumentException(
                    "a text of %d tokens: the model has %d positions".formatted(capacity, longest));
        }
        var cache = new KeyValueCache(base.kernels(), capacity);
        return new Decoding() {
            @Override
            public float[] append(int[] tokens) {
                if (cache.past() + tokens.length > cache.capacity()) {
                    throw new IllegalArgumentException("the text is full: %d tokens and %d more, room for %d"
                            .formatted(cache.past(), tokens.length, cache.capacity()));
                }
                return lanes.first().append(checked(continuation(slot, tokens, cache.past())), cache);
            }

            @Override
            public void close() {
                cache.close();
            }
        };
    }

    private static Batch continuation(int slot, int[] tokens, int past) {
        var labels = new int[tokens.length];
        java.util.Arrays.fill(labels, TokenRow.IGNORED);
        var batch = Batch.of(List.of(new Batch.Placed(slot, 0, TokenRow.of(tokens, labels))));
        for (var i = 0; i < tokens.length; i++) {
            batch.positions()[i] += past;
        }
        return batch;
    }

    /** Ids reach native tables unchecked, so they are checked here. */
    private Batch checked(Batch batch) {
        var vocabulary = base.spec().vocabulary();
        for (var i = 0; i < batch.size(); i++) {
            if (batch.tokens()[i] < 0 || batch.tokens()[i] >= vocabulary || batch.targets()[i] >= vocabulary) {
                throw new IllegalArgumentException("token id %d (target %d): the model's vocabulary has %d"
                        .formatted(batch.tokens()[i], batch.targets()[i], vocabulary));
            }
            if (batch.positions()[i] >= base.spec().maxPositions()) {
                throw new IllegalArgumentException("position %d: the model has %d"
                        .formatted(batch.positions()[i], base.spec().maxPositions()));
            }
        }
        return batch;
    }

    @Override
    public long bytes() {
        return lanes.bytes();
    }

    @Override
    public void close() {
        lanes.close();
    }
}
