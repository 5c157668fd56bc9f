package org.filigree.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.filigree.lora.AdamW;
import org.filigree.lora.AdapterLayout;
import org.filigree.lora.AdapterPlan;
import org.filigree.model.DataType;

/**
 * One adapter in native memory: values, summed gradients and AdamW moments, each as one column of all its elements, so
 * that an update is one kernel. Kernels read the values through views in the compute type.
 */
final class AdapterSlot implements AutoCloseable {

    /** The low-rank part of one linear layer: {@code a, dA [rank, in]}, {@code b, dB [out, rank]}. */
    record LowRank(Buffer a, Buffer b, Buffer dA, Buffer dB, int rank, double scale) {}

    /** Elements that an update changes, side by side. */
    private record Span(int from, int count) {
        Buffer of(Buffer flat) {
            return flat.rows(from, count);
        }
    }

    private final Kernels kernels;
    private final AdapterPlan plan;
    private final Arena arena;
    private final Buffer master;
    private final Buffer computed;
    private final Buffer gradient;
    private final List<Span> trained;
    private Buffer firstMoment;
    private Buffer secondMoment;
    private final Map<String, LowRank> lowRanks = new HashMap<>();
    private final Map<String, Buffer> weights = new HashMap<>();
    private final Map<String, Buffer> weightGradients = new HashMap<>();

    static AdapterSlot of(Kernels kernels, AdapterPlan plan, float[] values) {
        var size = plan.layout().size();
        if (values.length != size) {
            throw new IllegalArgumentException(
                    "adapter values: found %d, the plan wants %d".formatted(values.length, size));
        }
        var arena = kernels.arena();
        var type = kernels.masterType();
        var master = arena.allocate(type, size, 1);
        var computed = type == kernels.computeType() ? master : arena.allocate(kernels.computeType(), size, 1);
        master.write(values, 0);
        var slot = new AdapterSlot(kernels, plan, arena, master, computed);
        slot.refreshComputed();
        return slot;
    }

    private AdapterSlot(Kernels kernels, AdapterPlan plan, Arena arena, Buffer master, Buffer computed) {
        this.kernels = kernels;
        this.plan = plan;
        this.arena = arena;
        this.master = master;
        this.computed = computed;
        gradient = zeros(master.type(), master.rows());
        trained = plan.trainsA()
                ? List.of(new Span(0, master.rows()))
                : plan.trained().stream()
                        .map(tensor -> new Span(tensor.offset(), tensor.elements()))
                        .toList();
        var layout = plan.layout();
        for (var wrap : plan.wraps()) {
            var a = layout.find(wrap.a());
            var b = layout.find(wrap.b());
            lowRanks.put(
                    wrap.module(),
                    new LowRank(
                            view(computed, a),
                            view(computed, b),
                            view(gradient, a),
                            view(gradient, b),
                            wrap.rank(),
                            wrap.scale()));
        }
        for (var name : plan.weights()) {
            weights.put(name, view(computed, layout.find(name)));
            weightGradients.put(name, view(gradient, layout.find(name)));
        }
    }

    /** The same adapter with gradients of its own, for another lane; valid as long as this one. */
    AdapterSlot companion() {
        return new AdapterSlot(kernels, plan, kernels.arena(), master, computed);
    }

    private Buffer zeros(DataType type, int size) {
        var buffer = arena.allocate(type, size, 1);
        kernels.fill(buffer, 0);
        return buffer;
    }

    private static Buffer view(Buffer flat, AdapterLayout.Tensor tensor) {
        return flat.rows(tensor.offset(), tensor.elements()).reshape(tensor.rows(), tensor.columns());
    }

    private void refreshComputed() {
        if (computed != master) {
            kernels.copy(master, computed);
        }
    }

    AdapterPlan plan() {
        return plan;
    }

    /** Replaces the values; gradients and moments become zero. */
    void reset(float[] values) {
        master.write(values, 0);
        refreshComputed();
        zeroGradients();
        if (firstMoment != null) {
            kernels.fill(firstMoment, 0);
            kernels.fill(secondMoment, 0);
        }
    }

    /** The low-rank part of a module, or null where the adapter does not wrap it. */
    LowRank lowRank(String module) {
        return lowRanks.get(module);
    }

    /** The adapter's own copy of a base weight, or null where it is frozen. */
    Buffer weight(String name) {
        return weights.get(name);
    }

    /** The gradient of a base weight, or null where it is frozen. */
    Buffer weightGradient(String name) {
        return weightGradients.get(name);
    }

    boolean trainsWeights() {
        return !weights.isEmpty();
    }

    float[] values() {
        return master.read();
    }

    void gradients(float[] into) {
        gradient.read(into, 0);
    }

    void zeroGradients() {
        kernels.fill(gradient, 0);
    }

    void addGradients(AdapterSlot companion) {
        kernels.addScaled(1, companion.gradient, gradient);
    }

    double squaredGradientNorm() {
        return trained.stream()
                .mapToDouble(span -> kernels.sumOfSquares(span.of(gradient)))
                .sum();
    }

    void update(AdamWStep step) {
        allocateMoments();
        for (var span : trained) {
            kernels.adamW(span.of(master), span.of(gradient), span.of(firstMoment), span.of(secondMoment), step);
        }
        refreshComputed();
        zeroGradients();
    }

    private void allocateMoments() {
        if (firstMoment == null) {
            firstMoment = zeros(master.type(), master.rows());
            secondMoment = zeros(master.type(), master.rows());
        }
    }

    AdamW.Moments moments() {
        allocateMoments();
        return new AdamW.Moments(firstMoment.read(), secondMoment.read());
    }

    void setMoments(AdamW.Moments moments) {
        allocateMoments();
        firstMoment.write(moments.first(), 0);
        secondMoment.write(moments.second(), 0);
    }

    long bytes() {
        return arena.bytes();
    }

    @Override
    public void close() {
        arena.close();
    }
}
