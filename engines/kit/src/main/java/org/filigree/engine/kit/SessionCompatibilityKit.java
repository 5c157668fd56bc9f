package org.filigree.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.filigree.engine.AdamWStep;
import org.filigree.engine.Base;
import org.filigree.engine.Batch;
import org.filigree.engine.Kernels;
import org.filigree.engine.Session;
import org.filigree.engine.SessionOptions;
import org.filigree.lora.AdapterLayout;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.CounterRandom;
import org.filigree.model.DataType;
import org.filigree.text.TokenRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for sessions on every engine that computes in FLOAT32 or FLOAT64: the tape over its kernels. */
public abstract class SessionCompatibilityKit {

    private static final SessionOptions KEEP = new SessionOptions(false, 5);
    private static final SessionOptions RECOMPUTE = new SessionOptions(true, 5);

    /** Kernels in FLOAT32, or FLOAT64 where the engine has it; the kit closes them. */
    protected abstract Kernels kernels();

    /** What a batch gave. */
    private record Result(double loss, double[] rows, float[] gradients) {}

    @ParameterizedTest
    @EnumSource
    void gradientsOfAnAdapterAreTheJudges(TinyModel model) {
        agreeWithTheJudge(model, model.lora(3, 0));
    }

    @ParameterizedTest
    @EnumSource
    void gradientsOfEveryWeightAreTheJudges(TinyModel model) {
        agreeWithTheJudge(model, model.full());
    }

    @ParameterizedTest
    @EnumSource
    void dropoutIsTheSameOnEveryEngine(TinyModel model) {
        agreeWithTheJudge(model, model.lora(3, 0.3));
    }

    /**
     * With B at zero the adapter is silent, so its gradient is linear in the mask: alone it is far from the gradient
     * without dropout, over many masks their mean is near it.
     */
    @ParameterizedTest
    @EnumSource
    void dropoutScattersGradientsAroundThoseWithout(TinyModel model) {
        var masks = 200;
        on(kernels(), model, base -> {
            var row = rows(1, 3);
            var exact = silentGradients(base, model, model.lora(3, 0), batch(0, row));
            var plan = model.lora(3, 0.3);
            var mean = new float[exact.length];
            for (var key = 0; key < masks; key++) {
                var scattered = silentGradients(base, model, plan, batch(key, row));
                if (key < 10) {
                    assertThat(distance(scattered, exact)).as("mask %d", key).isBetween(0.1, 2.0);
                }
                for (var i = 0; i < mean.length; i++) {
                    mean[i] += scattered[i] / masks;
                }
            }
            assertThat(distance(mean, exact)).as("of the mean").isLessThan(0.12);
            return true;
        });
    }

    private static float[] silentGradients(Base base, TinyModel model, AdapterPlan plan, Batch batch) {
        var values = model.values(plan, 1);
        for (var tensor : plan.layout().tensors()) {
            if (tensor.name().contains("lora_B")) {
                Arrays.fill(values, tensor.offset(), tensor.offset() + tensor.elements(), 0);
            }
        }
        try (var session = base.session(KEEP)) {
            session.put(0, plan, values);
            session.accumulate(batch);
            var gradients = new float[values.length];
            session.gradients(0, gradients);
            return gradients;
        }
    }

    private void agreeWithTheJudge(TinyModel model, AdapterPlan plan) {
        var batch = batch(0, rows(5, 0));
        var found = on(kernels(), model, s -> train(s, model, plan, KEEP, List.of(batch)));
        var wanted = on(new PlainKernels(), model, s -> train(s, model, plan, KEEP, List.of(batch)));
        close(found, wanted);
    }

    @ParameterizedTest
    @EnumSource
    void theJudgesGradientsAreTheSlopesOfItsLoss(TinyModel model) {
        assertThat(slopes(model, model.lora(2, 0)) + slopes(model, model.full()))
                .isGreaterThan(60);
    }

    /** Central differences of the loss for a spread of elements; the loss is a double, and steps are exact. */
    private static int slopes(TinyModel model, AdapterPlan plan) {
        return on(new PlainKernels(), model, base -> {
            var batch = batch(0, rows(3, 0));
            var values = model.values(plan, 1);
            var gradients = new float[values.length];
            try (var session = base.session(KEEP)) {
                session.put(0, plan, values);
                session.accumulate(batch);
                session.gradients(0, gradients);
                var compared = 0;
                for (var i = 0; i < values.length; i += Math.max(1, values.length / 40)) {
                    var step = 0x1p-12f;
                    var slope = (moved(session, plan, values, i, step, batch)
                                    - moved(session, plan, values, i, -step, batch))
                            / (2 * step);
                    assertThat((double) gradients[i])
                            .as("element %d of %d", i, values.length)
                            .isCloseTo(slope, within(1e-4 * Math.max(1, Math.abs(slope))));
                    compared++;
                }
                return compared;
            }
        });
    }

    private static double moved(Session session, AdapterPlan plan, float[] values, int i, float by, Batch batch) {
        var changed = values.clone();
        changed[i] += by;
        session.put(0, plan, changed);
        return session.score(batch).loss();
    }

    @ParameterizedTest
    @EnumSource
    void recomputingGivesTheBitsOfKeeping(TinyModel model) {
        for (var plan : List.of(model.lora(3, 0), model.lora(3, 0.3), model.full())) {
            var batches = List.of(batch(0, rows(5, 0)), batch(0, rows(3, 5)));
            var kept = on(kernels(), model, base -> train(base, model, plan, KEEP, batches));
            var again = on(kernels(), model, base -> train(base, model, plan, RECOMPUTE, batches));
            assertThat(again.gradients()).isEqualTo(kept.gradients());
            assertThat(again.rows()).isEqualTo(kept.rows());
        }
    }

    @ParameterizedTest
    @EnumSource
    void packedRowsGiveTheLossAndGradientsOfRowsAlone(TinyModel model) {
        var rows = rows(5, 0);
        var packed = new TokenRow(
                rows.stream().flatMapToInt(r -> IntStream.of(r.inputIds())).toArray(),
                rows.stream().flatMapToInt(r -> IntStream.of(r.labels())).toArray(),
                rows.stream().mapToInt(TokenRow::length).toArray());
        var plan = model.lora(3, 0);
        var alone = on(kernels(), model, base -> train(base, model, plan, KEEP, List.of(batch(0, rows))));
        var together = on(kernels(), model, base -> train(base, model, plan, KEEP, List.of(batch(0, List.of(packed)))));
        assertThat(together.loss()).isCloseTo(alone.loss(), within(1e-5 * alone.loss()));
        near(together.gradients(), alone.gradients(), 1e-5);
    }

    @ParameterizedTest
    @EnumSource
    void anySplitIntoMicroBatchesGivesTheSameGradients(TinyModel model) {
        var rows = rows(5, 0);
        var plan = model.lora(3, 0.3);
        var whole = on(kernels(), model, base -> train(base, model, plan, KEEP, List.of(batch(0, rows))));
        for (var size : new int[] {1, 2, 3}) {
            var parts = new ArrayList<Batch>();
            for (var from = 0; from < rows.size(); from += size) {
                parts.add(batch(from, rows.subList(from, Math.min(rows.size(), from + size))));
            }
            var split = on(kernels(), model, base -> train(base, model, plan, KEEP, parts));
            assertThat(split.loss()).isCloseTo(whole.loss(), within(1e-5 * whole.loss()));
            near(split.gradients(), whole.gradients(), 1e-5);
        }
    }

    @ParameterizedTest
    @EnumSource
    void slotsOfDifferentRanksTrainAsEachWouldAlone(TinyModel model) {
        var rows = rows(5, 0);
        var plans = List.of(model.lora(2, 0.3), model.lora(5, 0));
        var placed = new ArrayList<Batch.Placed>();
        for (var i = 0; i < 5; i++) {
            placed.add(new Batch.Placed(i < 2 ? 0 : 1, i, rows.get(i)));
        }
        on(kernels(), model, base -> {
            try (var session = base.session(KEEP)) {
                for (var slot = 0; slot < 2; slot++) {
                    session.put(slot, plans.get(slot), model.values(plans.get(slot), 1));
                }
                var losses = session.accumulate(Batch.of(placed));
                for (var slot = 0; slot < 2; slot++) {
                    var own = slot == 0 ? batch(0, rows.subList(0, 2)) : batch(2, rows.subList(2, 5));
                    var alone = train(base, model, plans.get(slot), KEEP, List.of(own));
                    var gradients = new float[plans.get(slot).layout().size()];
                    session.gradients(slot, gradients);
                    near(gradients, alone.gradients(), 1e-5);
                    var found = Arrays.copyOfRange(losses.losses(), slot == 0 ? 0 : 2, slot == 0 ? 2 : 5);
                    assertThat(found).containsExactly(alone.rows(), within(1e-4));
                }
            }
            return true;
        });
    }

    @ParameterizedTest
    @EnumSource
    void updatesFollowTheJudges(TinyModel model) {
        for (var plan : List.of(model.lora(3, 0), model.full())) {
            var found = on(kernels(), model, base -> curve(base, model, plan));
            var wanted = on(new PlainKernels(), model, base -> curve(base, model, plan));
            for (var i = 0; i < wanted.length; i++) {
                assertThat(found[i]).as("step %d", i).isCloseTo(wanted[i], within(1e-4 * wanted[i]));
            }
            assertThat(wanted[9]).as("it learns").isLessThan(wanted[0]);
        }
    }

    private static double[] curve(Base base, TinyModel model, AdapterPlan plan) {
        try (var session = base.session(RECOMPUTE)) {
            session.put(0, plan, model.values(plan, 1));
            return IntStream.range(0, 10)
                    .mapToDouble(step -> {
                        var losses = session.accumulate(batch(0, rows(4, 0)));
                        session.update(0, new AdamWStep(step + 1, 5e-3, 0.9, 0.999, 1e-8, 0.01, 1.0 / losses.tokens()));
                        return losses.loss() / losses.tokens();
                    })
                    .toArray();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anotherSessionGoesOnFromValuesAndMoments(TinyModel model) {
        var plan = model.lora(3, 0);
        on(kernels(), model, base -> {
            try (var whole = base.session(KEEP);
                    var first = base.session(KEEP);
                    var second = base.session(KEEP)) {
                whole.put(0, plan, model.values(plan, 1));
                IntStream.rangeClosed(1, 4).forEach(step -> step(whole, step));
                first.put(0, plan, model.values(plan, 1));
                IntStream.rangeClosed(1, 2).forEach(step -> step(first, step));
                second.put(0, plan, first.values(0));
                second.setMoments(0, first.moments(0));
                IntStream.rangeClosed(3, 4).forEach(step -> step(second, step));
                // Not to the bit: the judge keeps its adapter in double, and floats travel.
                near(second.values(0), whole.values(0), 1e-6);
                second.put(0, plan, first.values(0));
                assertThat(second.moments(0).first()).as("an adapter put anew").containsOnly(0);
            }
            return true;
        });
    }

    @ParameterizedTest
    @EnumSource
    void aFrozenAIsNeitherUpdatedNorDecayedNorClipped(TinyModel model) {
        var plan = model.lora(3, 0).withFrozenA();
        var began = model.values(plan, 1);
        on(kernels(), model, base -> {
            try (var session = base.session(KEEP)) {
                session.put(0, plan, began);
                session.accumulate(batch(0, rows(4, 0)));
                var gradients = new float[plan.layout().size()];
                session.gradients(0, gradients);
                var squares = plan.trained().stream()
                        .flatMapToDouble(tensor -> IntStream.range(tensor.offset(), tensor.offset() + tensor.elements())
                                .mapToDouble(i -> gradients[i] * gradients[i]))
                        .sum();
                assertThat(session.squaredGradientNorm(0)).isCloseTo(squares, within(1e-4 * squares));
                session.zeroGradients(0);
                step(session, 1);
                var now = session.values(0);
                for (var wrap : plan.wraps()) {
                    var a = plan.layout().find(wrap.a());
                    var b = plan.layout().find(wrap.b());
                    assertThat(part(now, a)).containsExactly(part(began, a));
                    assertThat(part(now, b)).isNotEqualTo(part(began, b));
                }
            }
            return true;
        });
    }

    private static void step(Session session, int step) {
        var losses = session.accumulate(batch(0, rows(4, 0)));
        session.update(0, new AdamWStep(step, 5e-3, 0.9, 0.999, 1e-8, 0.01, 1.0 / losses.tokens()));
    }

    private static float[] part(float[] values, AdapterLayout.Tensor tensor) {
        return Arrays.copyOfRange(values, tensor.offset(), tensor.offset() + tensor.elements());
    }

    @Test
    void memoryStaysFlatOverBatchesOfVaryingLength() {
        on(kernels(), TinyModel.LLAMA, base -> {
            try (var session = base.session(RECOMPUTE)) {
                var plan = TinyModel.LLAMA.lora(3, 0.1);
                session.put(0, plan, TinyModel.LLAMA.values(plan, 1));
                session.accumulate(batch(0, rows(8, 0)));
                session.update(0, new AdamWStep(1, 1e-3, 0.9, 0.999, 1e-8, 0, 1));
                session.score(batch(0, rows(8, 0)));
                // Batches shorter than a chunk of the head have buffers of their own, of that size; and a lane's
                // largest
                // share need not be that of the largest batch.
                for (var count = 1; count <= 7; count++) {
                    for (var seed = 0; seed < 3; seed++) {
                        session.accumulate(batch(0, rows(count, seed)));
                        session.score(batch(0, rows(count, seed)));
                    }
                }
                var after = session.bytes();
                for (var i = 0; i < 30; i++) {
                    session.accumulate(batch(i, rows(1 + i % 7, i % 3)));
                    session.score(batch(i, rows(1 + i % 5, 0)));
                }
                assertThat(session.bytes()).isEqualTo(after);
            }
            return true;
        });
    }

    @ParameterizedTest
    @EnumSource
    void decodingTokenByTokenGivesTheLogitsOfTheWholeText(TinyModel model) {
        on(kernels(), model, base -> {
            var text = rows(1, 3).get(0);
            try (var session = base.session(KEEP)) {
                var plan = model.lora(3, 0.3);
                session.put(4, plan, model.values(plan, 1));
                var batch = Batch.of(List.of(new Batch.Placed(4, 0, text)));
                var whole =
                        session.logits(batch, IntStream.range(0, text.length()).toArray());
                try (var decoding = session.decode(4, 32)) {
                    var prompt = 3;
                    near(decoding.append(Arrays.copyOf(text.inputIds(), prompt)), whole[prompt - 1], 1e-5);
                    for (var i = prompt; i < text.length(); i++) {
                        near(decoding.append(new int[] {text.inputIds()[i]}), whole[i], 1e-5);
                    }
                }
            }
            return true;
        });
    }

    @ParameterizedTest
    @EnumSource
    void anEmptySlotSeesTheBaseAlone(TinyModel model) {
        on(kernels(), model, base -> {
            try (var session = base.session(KEEP)) {
                var bare = session.score(batch(0, rows(3, 0))).losses();
                var plan = model.lora(3, 0);
                session.put(0, plan, model.values(plan, 1));
                assertThat(session.score(batch(0, rows(3, 0))).losses()).isNotEqualTo(bare);
                session.remove(0);
                assertThat(session.score(batch(0, rows(3, 0))).losses()).isEqualTo(bare);
            }
            return true;
        });
    }

    private static <T> T on(Kernels kernels, TinyModel model, Function<Base, T> work) {
        try (kernels) {
            assertThat(kernels.computeType()).isIn(DataType.FLOAT32, DataType.FLOAT64);
            try (var base = Base.load(kernels, model.spec(), model.weights())) {
                return work.apply(base);
            }
        }
    }

    private static Result train(
            Base base, TinyModel model, AdapterPlan plan, SessionOptions options, List<Batch> batches) {
        try (var session = base.session(options)) {
            session.put(0, plan, model.values(plan, 1));
            var rows = batches.stream()
                    .map(session::accumulate)
                    .flatMapToDouble(losses -> Arrays.stream(losses.losses()))
                    .toArray();
            var gradients = new float[plan.layout().size()];
            session.gradients(0, gradients);
            var squares = 0.0;
            for (var g : gradients) {
                squares += (double) g * g;
            }
            assertThat(session.squaredGradientNorm(0)).isCloseTo(squares, within(1e-6 * squares));
            return new Result(Arrays.stream(rows).sum(), rows, gradients);
        }
    }

    private static void close(Result found, Result wanted) {
        assertThat(found.rows()).containsExactly(wanted.rows(), within(1e-4));
        near(found.gradients(), wanted.gradients(), 1e-4);
    }

    /** The distance is at most that share of the wanted vector's norm. */
    private static void near(float[] found, float[] wanted, double share) {
        assertThat(distance(found, wanted)).isLessThanOrEqualTo(share);
    }

    /** As a share of the wanted vector's norm. */
    private static double distance(float[] found, float[] wanted) {
        assertThat(found).hasSameSizeAs(wanted);
        var distance = 0.0;
        var norm = 0.0;
        for (var i = 0; i < wanted.length; i++) {
            distance += Math.pow((double) found[i] - wanted[i], 2);
            norm += Math.pow(wanted[i], 2);
        }
        assertThat(norm).isPositive();
        return Math.sqrt(distance / norm);
    }

    static Batch batch(int firstKey, List<TokenRow> rows) {
        return Batch.of(IntStream.range(0, rows.size())
                .mapToObj(i -> new Batch.Placed(0, firstKey + i, rows.get(i)))
                .toList());
    }

    /** Rows of 3 to 9 tokens; every fourth token untrained. */
    static List<TokenRow> rows(int count, int from) {
        return IntStream.range(from, from + count)
                .mapToObj(r -> {
                    var length = 3 + r * 5 % 7;
                    var ids = IntStream.range(0, length)
                            .map(i -> (int) CounterRandom.below(CounterRandom.key(r), i, TinyModel.VOCABULARY))
                            .toArray();
                    var labels = IntStream.range(0, length)
                            .map(i -> i % 4 == 0 ? TokenRow.IGNORED : ids[i])
                            .toArray();
                    return TokenRow.of(ids, labels);
                })
                .toList();
    }
}
