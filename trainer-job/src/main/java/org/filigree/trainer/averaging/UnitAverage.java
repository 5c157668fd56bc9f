package org.filigree.trainer.averaging;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.filigree.config.RunConfig.Aggregation;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.CounterRandom;
import org.filigree.trainer.averaging.AdapterWire.Unit;

/**
 * What the workers made of one unit, brought together. Wherever it runs, the workers are in order and each unit is for
 * itself, so an adapter averaged in slices has the bits of one averaged as a whole.
 */
record UnitAverage(AveragingRules rules, Unit unit, AdapterState received, List<Sent> byWorker) {

    /** @param state deltas or sums of gradients, of the unit alone */
    record Sent(int worker, AdapterState state, long tokens) {}

    /** @param state the sum of gradients, or what to add to the unit's values; moments as they are now */
    record Averaged(AdapterState state, Drift.Squares drift) {}

    Averaged average() {
        if (rules.gradients()) {
            return new Averaged(AdapterState.of(WorkerSum.sum(parts(AdapterState::values))), Drift.Squares.ZERO);
        }
        var mean = WorkerSum.mean(parts(AdapterState::values));
        var state = rules.averagesMoments()
                ? new AdapterState(
                        mean, WorkerSum.mean(parts(AdapterState::first)), WorkerSum.mean(parts(AdapterState::second)))
                : AdapterState.of(mean);
        var product = rules.aggregation() == Aggregation.PRODUCT;
        var agreed = rules.aggregation() == Aggregation.FROZEN_A || byWorker.size() == 1;
        if (unit.wrap() == null || (agreed && !product)) {
            return new Averaged(state, Drift.Squares.ZERO);
        }
        var factors = factors(unit.wrap());
        var key = CounterRandom.key(rules.key(), CounterRandom.name(unit.wrap().module()));
        return new Averaged(
                product ? moved(ProductMean.of(factors, receivedA(), key)) : state,
                Drift.of(factors, unit.wrap().scale(), key));
    }

    private List<WorkerSum.Part> parts(Function<AdapterState, float[]> of) {
        return byWorker.stream()
                .map(sent -> new WorkerSum.Part(sent.worker(), of.apply(sent.state()), sent.tokens()))
                .toList();
    }

    /** A and B as each worker has them after the round. */
    private WorkerFactors factors(AdapterPlan.Wrap wrap) {
        var a = unit.tensors().get(0);
        var b = unit.tensors().get(1);
        var total = (double) byWorker.stream().mapToLong(Sent::tokens).sum();
        return new WorkerFactors(
                wrap.rank(),
                a.columns(),
                b.rows(),
                byWorker.stream()
                        .map(sent -> after(sent.state().values(), 0, a.elements()))
                        .toArray(float[][]::new),
                byWorker.stream()
                        .map(sent -> after(sent.state().values(), a.elements(), b.elements()))
                        .toArray(float[][]::new),
                byWorker.stream().mapToDouble(sent -> sent.tokens() / total).toArray());
    }

    private float[] after(float[] delta, int from, int count) {
        var values = new float[count];
        for (var i = 0; i < count; i++) {
            values[i] = received.values()[from + i] + delta[from + i];
        }
        return values;
    }

    private float[] receivedA() {
        return Arrays.copyOf(received.values(), unit.tensors().get(0).elements());
    }

    private AdapterState moved(ProductMean.Factors to) {
        var delta = new float[unit.elements()];
        System.arraycopy(to.a(), 0, delta, 0, to.a().length);
        System.arraycopy(to.b(), 0, delta, to.a().length, to.b().length);
        for (var i = 0; i < delta.length; i++) {
            delta[i] -= received.values()[i];
        }
        return AdapterState.of(delta);
    }
}
