package org.filigree.engine;

import java.util.List;
import org.filigree.engine.Rows.SlotRange;
import org.filigree.model.Op;

/** A frozen product for all rows at once, then each adapter's low-rank part for its own rows. */
final class LinearRunner implements OpRunner<Op.Linear> {

    @Override
    public void forward(Op.Linear op, Frame frame) {
        var kernels = frame.kernels();
        var x = frame.in(op.in());
        var out = frame.out(op.out(), op.outFeatures());
        var bias = op.bias() == null ? null : frame.parameters().weight(op.bias());
        kernels.linear(x, weight(op, frame), bias, out);
        for (var range : frame.rows().bySlot()) {
            var adapter = lowRank(op, frame, range);
            if (adapter == null) {
                continue;
            }
            var u = frame.putAside("u" + range.from(), kernels.computeType(), range.count(), adapter.rank());
            var mask = mask(op, frame, range);
            kernels.lowRank(
                    cut(x, range),
                    mask == null ? null : mask.buffer(),
                    adapter.a(),
                    adapter.b(),
                    adapter.scale(),
                    u,
                    cut(out, range));
            release(mask);
        }
    }

    @Override
    public void backward(Op.Linear op, Frame frame) {
        var kernels = frame.kernels();
        var dOut = frame.gradient(op.out());
        var dWeight = frame.parameters().weightGradient(op.weight());
        if (dWeight != null) {
            kernels.linearWeightGradient(dOut, frame.in(op.in()), dWeight, op.inputMajor());
        }
        var dBias = frame.parameters().weightGradient(op.bias());
        if (dBias != null) {
            kernels.sumRows(dOut, dBias);
        }
        Buffer dX = null;
        if (frame.wants(op.in())) {
            var target = frame.target(op.in(), op.inFeatures());
            dX = target.buffer();
            kernels.linearInputGradient(dOut, weight(op, frame), dX, target.accumulate());
        }
        for (var range : frame.rows().bySlot()) {
            var adapter = lowRank(op, frame, range);
            if (adapter == null) {
                continue;
            }
            var mask = mask(op, frame, range);
            kernels.lowRankGradient(
                    cut(dOut, range),
                    cut(frame.in(op.in()), range),
                    mask == null ? null : mask.buffer(),
                    frame.aside("u" + range.from()),
                    adapter.a(),
                    adapter.b(),
                    adapter.scale(),
                    adapter.dA(),
                    adapter.dB(),
                    dX == null ? null : cut(dX, range));
            release(mask);
        }
    }

    private static Weight weight(Op.Linear op, Frame frame) {
        return new Weight.Dense(frame.parameters().weight(op.weight()), op.inputMajor());
    }

    private static AdapterSlot.LowRank lowRank(Op.Linear op, Frame frame, SlotRange range) {
        var adapter = frame.parameters().slot(range.slot());
        return adapter == null ? null : adapter.lowRank(op.module());
    }

    /** The dropout mask of the range's rows, or null where nothing is dropped. */
    private static Region mask(Op.Linear op, Frame frame, SlotRange range) {
        var probability = frame.parameters().slot(range.slot()).plan().dropout();
        if (!frame.context().training() || probability == 0) {
            return null;
        }
        var values = new float[range.count() * op.inFeatures()];
        var at = 0;
        for (var span : frame.rows().spans()) {
            if (span.from() >= range.from() && span.from() < range.from() + range.count()) {
                DropoutMask.fill(values, at, span, op.module(), op.inFeatures(), probability);
                at += span.count() * op.inFeatures();
            }
        }
        var region = frame.scratch(range.count(), op.inFeatures());
        region.buffer().write(values, 0);
        return region;
    }

    private static void release(Region region) {
        if (region != null) {
            region.release();
        }
    }

    private static Buffer cut(Buffer buffer, SlotRange range) {
        return range.count() == buffer.rows() ? buffer : buffer.rows(range.from(), range.count());
    }

    @Override
    public List<String> saved(Op.Linear op, boolean trains) {
        return trains ? List.of(op.in()) : List.of();
    }

    @Override
    public boolean keepsAside(Op.Linear op) {
        return true;
    }
}
