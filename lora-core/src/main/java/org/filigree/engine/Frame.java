package org.filigree.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.filigree.model.DataType;
import org.filigree.model.Op;

/**
 * One block's activations and gradients while it runs, by name. Names come and go as the {@link BlockPlan} says; memory
 * is shared between names where it can be and written in place where nobody else sees it.
 */
final class Frame {

    /** Where a gradient goes: added to what is there, or written. */
    record Target(Buffer buffer, boolean accumulate) {}

    private final Kernels kernels;
    private final Workspace workspace;
    private final Parameters parameters;
    private final BlockPlan plan;
    private final StepContext context;
    private final Rows rows;
    private final Workspace.Room room;
    private final boolean keep;
    private final Map<String, Region> activations = new HashMap<>();
    private final Map<String, Region> gradients = new HashMap<>();
    private final Map<Integer, Map<String, Region>> aside = new HashMap<>();
    private int at;

    /**
     * @param room for {@code rows} of any batch
     * @param keep whether backward follows, so that what it reads stays
     */
    Frame(Tape tape, BlockPlan plan, StepContext context, Rows rows, Workspace.Room room, boolean keep) {
        this.kernels = tape.kernels();
        this.workspace = tape.workspace();
        this.parameters = tape.parameters();
        this.plan = plan;
        this.context = context;
        this.rows = rows;
        this.room = room;
        this.keep = keep;
    }

    /** Runs the block; the frame takes over {@code input} (null for the first block). Returns the output's region. */
    Region forward(Region input) {
        begin(input);
        for (at = 0; at < plan.active().length; at++) {
            runForward();
        }
        return activations.remove(plan.block().output());
    }

    /** Runs what backward needs of the block again. */
    void recompute(Region input) {
        begin(input);
        for (at = 0; at < plan.active().length; at++) {
            if (plan.rerun()[at]) {
                runForward();
            } else {
                settle();
            }
        }
        var output = activations.remove(plan.block().output());
        if (output != null) {
            output.release();
        }
    }

    private void begin(Region input) {
        if (input != null) {
            activations.put(plan.block().input(), input);
        }
    }

    private void runForward() {
        var op = plan.block().ops().get(at);
        OpRunners.of(op).forward(op, this);
        settle();
        if (!backwardFollows()) {
            releaseAside();
        }
    }

    private void settle() {
        for (var name : (keep ? plan.afterForward() : plan.afterInference()).get(at)) {
            drop(activations, name);
        }
    }

    /** Takes over the gradient of the block's output; returns that of its input, or null where it is not wanted. */
    Region backward(Region outputGradient) {
        gradients.put(plan.block().output(), outputGradient);
        for (at = plan.active().length - 1; at >= 0; at--) {
            var op = plan.block().ops().get(at);
            if (plan.active()[at]) {
                OpRunners.of(op).backward(op, this);
                releaseAside();
            }
            for (var name : plan.afterBackward().get(at)) {
                drop(activations, name);
            }
            for (var name : op.outputs()) {
                drop(gradients, name);
            }
        }
        return gradients.remove(plan.block().input());
    }

    private static void drop(Map<String, Region> map, String name) {
        var region = map.remove(name);
        if (region != null) {
            region.release();
        }
    }

    private void releaseAside() {
        var own = aside.remove(at);
        if (own != null) {
            own.values().forEach(Region::release);
        }
    }

    Kernels kernels() {
        return kernels;
    }

    Parameters parameters() {
        return parameters;
    }

    StepContext context() {
        return context;
    }

    Rows rows() {
        return rows;
    }

    /** Whether the op now running will run backward. */
    boolean backwardFollows() {
        return keep && plan.active()[at];
    }

    Buffer in(String name) {
        return activations.get(name).buffer();
    }

    /** A new activation {@code [rows, width]}. */
    Buffer out(String name, int width) {
        var region = scratch(width);
        activations.put(name, region);
        return region.buffer();
    }

    /** A new activation on the memory of an input that dies with this op, where that is possible. */
    Buffer outOver(String name, String input, int width) {
        var region = activations.get(input);
        if ((keep ? plan.afterForward() : plan.afterInference()).get(at).contains(input) && region.exclusive()) {
            activations.remove(input);
            activations.put(name, region);
            return region.buffer();
        }
        return out(name, width);
    }

    /** Column views of an activation under names of their own. */
    void split(Op.Split op) {
        var column = 0;
        for (var i = 0; i < op.outs().size(); i++) {
            activations.put(
                    op.outs().get(i),
                    activations.get(op.in()).cut(column, op.widths().get(i)));
            column += op.widths().get(i);
        }
    }

    /** A buffer of the op's own {@code [count, width]} that its backward finds again under {@code key}. */
    Buffer putAside(String key, DataType type, int count, int width) {
        var region = workspace.take(room, type, count, width);
        aside.computeIfAbsent(at, op -> new HashMap<>()).put(key, region);
        return region.buffer();
    }

    Buffer aside(String key) {
        return aside.get(at).get(key).buffer();
    }

    /** A temporary {@code [rows, width]} in the compute type; the caller releases it. */
    Region scratch(int width) {
        return scratch(rows.count(), width);
    }

    /** The same with another number of rows. */
    Region scratch(int count, int width) {
        return workspace.take(room, kernels.computeType(), count, width);
    }

    boolean wants(String name) {
        return plan.wants().contains(name);
    }

    /** The gradient of an output. */
    Buffer gradient(String output) {
        return gradients.get(output).buffer();
    }

    /** Where the gradient of an input goes. A gradient that others still read is copied before it is added to. */
    Target target(String input, int width) {
        var region = gradients.get(input);
        if (region == null) {
            region = gradientRegion(input, width);
            return new Target(region.buffer(), false);
        }
        if (!region.exclusive() && !isSplitPart(input)) {
            var own = scratch(width);
            kernels.copy(region.buffer(), own.buffer());
            region.release();
            gradients.put(input, own);
            region = own;
        }
        return new Target(region.buffer(), true);
    }

    /** A column view of the split's gradient, where the name is one of its parts; else a new buffer. */
    private Region gradientRegion(String name, int width) {
        for (var i = at - 1; i >= 0; i--) {
            if (plan.block().ops().get(i) instanceof Op.Split split
                    && split.outs().contains(name)) {
                var total = split.widths().stream().mapToInt(Integer::intValue).sum();
                var whole = gradients.computeIfAbsent(split.in(), n -> scratch(total));
                var column = 0;
                for (var part = 0; !split.outs().get(part).equals(name); part++) {
                    column += split.widths().get(part);
                }
                var region = whole.cut(column, width);
                gradients.put(name, region);
                return region;
            }
        }
        var region = scratch(width);
        gradients.put(name, region);
        return region;
    }

    /** Adds the output's gradient to the input's; shares its memory where the input has none yet. */
    void passGradient(String output, String input, int width) {
        if (!wants(input)) {
            return;
        }
        if (gradients.get(input) == null && !isSplitPart(input)) {
            gradients.put(input, gradients.get(output).share());
            return;
        }
        var target = target(input, width);
        if (target.accumulate()) {
            kernels.add(target.buffer(), gradient(output), target.buffer());
        } else {
            kernels.copy(gradient(output), target.buffer());
        }
    }

    private boolean isSplitPart(String name) {
        return plan.block().ops().stream()
                .anyMatch(op -> op instanceof Op.Split split && split.outs().contains(name));
    }

    /** Writes a gradient that a kernel cannot add to: into place, or through a temporary. */
    void writeGradient(String input, int width, Consumer<Buffer> kernel) {
        var target = target(input, width);
        if (!target.accumulate()) {
            kernel.accept(target.buffer());
            return;
        }
        var temporary = scratch(width);
        kernel.accept(temporary.buffer());
        kernels.add(target.buffer(), temporary.buffer(), target.buffer());
        temporary.release();
    }
}
