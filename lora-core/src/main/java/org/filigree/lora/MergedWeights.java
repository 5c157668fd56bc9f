package org.filigree.lora;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.filigree.model.DataType;
import org.filigree.model.ModelSpec;
import org.filigree.model.Op;
import org.filigree.model.Weights;

/**
 * A base with an adapter merged in: {@code W + scale B A} where the adapter has a low-rank part, its own values where it
 * trains the weight in place, the base's elsewhere. Each weight is merged anew when it is read.
 */
public final class MergedWeights implements Weights {

    private final Weights base;
    private final AdapterPlan plan;
    private final float[] values;
    private final Map<String, Part> partOf = new HashMap<>();

    /** The low-rank part on a weight. */
    private record Part(Op.Linear linear, AdapterPlan.Wrap wrap) {}

    /**
     * @param values {@code [plan.layout().size()]}, not copied
     * @throws IllegalArgumentException in one line when the adapter wraps a layer whose weight another reads too: a tied
     *     output embedding cannot take in what the input embedding must not
     */
    public MergedWeights(ModelSpec spec, Weights base, AdapterPlan plan, float[] values) {
        this.base = base;
        this.plan = plan;
        this.values = values;
        var linears = new HashMap<String, Op.Linear>();
        spec.linears().forEach(linear -> linears.put(linear.module(), linear));
        for (var wrap : plan.wraps()) {
            var linear = linears.get(wrap.module());
            if (linear == null) {
                throw new IllegalArgumentException("no layer %s in this %s".formatted(wrap.module(), spec.family()));
            }
            if (!linear.weight().equals(linear.module() + ".weight")) {
                throw new IllegalArgumentException(
                        "%s reads %s, which the input embedding reads too: its adapter cannot be merged"
                                .formatted(linear.module(), linear.weight()));
            }
            partOf.put(linear.weight(), new Part(linear, wrap));
        }
    }

    @Override
    public Stored read(String name) {
        var own = plan.layout().find(name);
        if (own != null) {
            return stored(own.rows(), own.columns(), values, own.offset());
        }
        var stored = base.read(name);
        var part = partOf.get(name);
        if (part == null) {
            return stored;
        }
        var merged = stored.floats();
        add(merged, part);
        return stored(stored.rows(), stored.columns(), merged, 0);
    }

    private static Stored stored(int rows, int columns, float[] values, int offset) {
        var data = ByteBuffer.allocate(Math.multiplyExact(Math.multiplyExact(rows, columns), Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values, offset, rows * columns);
        return new Stored(
                DataType.FLOAT32, rows, columns, data.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN));
    }

    /** Row by row of the weight as it is stored, {@code [out, in]} or, input first, {@code [in, out]}. */
    private void add(float[] weight, Part part) {
        var in = part.linear().inFeatures();
        var out = part.linear().outFeatures();
        var rank = part.wrap().rank();
        var a = plan.layout().find(part.wrap().a()).offset(); // [rank, in]
        var b = plan.layout().find(part.wrap().b()).offset(); // [out, rank]
        var inputMajor = part.linear().inputMajor();
        var columns = inputMajor ? out : in;
        var sum = new double[columns];
        for (var row = 0; row < (inputMajor ? in : out); row++) {
            Arrays.fill(sum, 0);
            for (var k = 0; k < rank; k++) {
                if (inputMajor) {
                    addScaled(sum, values[a + k * in + row], b + k, rank);
                } else {
                    addScaled(sum, values[b + row * rank + k], a + k * in, 1);
                }
            }
            for (var i = 0; i < columns; i++) {
                var at = row * columns + i;
                weight[at] = (float) (weight[at] + part.wrap().scale() * sum[i]);
            }
        }
    }

    private void addScaled(double[] sum, double factor, int from, int stride) {
        for (var i = 0; i < sum.length; i++) {
            sum[i] += factor * values[from + i * stride];
        }
    }
}
