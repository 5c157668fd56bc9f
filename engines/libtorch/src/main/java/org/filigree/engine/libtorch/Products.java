package org.filigree.engine.libtorch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.filigree.engine.Buffer;
import org.filigree.engine.Weight;

/** Linear layers: the frozen product and the low-rank part, forward and backward. */
final class Products {

    /** Fewest rows of a product worth a thread: the weight is packed anew for each. */
    private static final int FEWEST_ROWS = 64;

    private Products() {}

    /** On a CPU the rows are cut among threads; a GPU takes them at once. */
    private static void overRows(Buffer input, Threads.Rows work) {
        if (TorchBuffer.tensor(input).is_cpu()) {
            Threads.overRows(input.rows(), FEWEST_ROWS, work);
        } else {
            work.run(0, input.rows());
        }
    }

    private static Tensor rows(Buffer buffer, int from, int count) {
        var tensor = TorchBuffer.tensor(buffer);
        return count == buffer.rows() ? tensor : tensor.narrow(0, from, count);
    }

    /** The weight as {@code [in, out]}. */
    private static Tensor inputMajor(Weight weight) {
        var dense = (Weight.Dense) weight;
        var values = TorchBuffer.tensor(dense.values());
        return dense.inputMajor() ? values : values.t();
    }

    static void linear(Buffer x, Weight weight, Buffer bias, Buffer out) {
        Shapes.require(x.columns() == weight.inFeatures(), "linear", "x", x, weight.inFeatures() + " columns");
        Shapes.require(out.columns() == weight.outFeatures(), "linear", "out", out, weight.outFeatures() + " columns");
        Shapes.vector("linear", "bias", bias, weight.outFeatures());
        Shapes.sameRows("linear", x, out);
        overRows(x, (from, count) -> {
            try (var scope = new PointerScope()) {
                var product = inputMajor(weight);
                var result = rows(out, from, count);
                var input = rows(x, from, count);
                if (bias == null) {
                    torch.mm_out(result, input, product);
                } else {
                    torch.addmm_out(result, TorchBuffer.tensor(bias).view(-1), input, product);
                }
            }
        });
    }

    static void linearInputGradient(Buffer dOut, Weight weight, Buffer dX, boolean accumulate) {
        Shapes.require(
                dOut.columns() == weight.outFeatures(),
                "linearInputGradient",
                "dOut",
                dOut,
                weight.outFeatures() + " columns");
        Shapes.require(
                dX.columns() == weight.inFeatures(), "linearInputGradient", "dX", dX, weight.inFeatures() + " columns");
        Shapes.sameRows("linearInputGradient", dOut, dX);
        overRows(dOut, (from, count) -> {
            try (var scope = new PointerScope()) {
                var product = inputMajor(weight).t();
                var result = rows(dX, from, count);
                var gradient = rows(dOut, from, count);
                if (accumulate) {
                    result.addmm_(gradient, product);
                } else {
                    torch.mm_out(result, gradient, product);
                }
            }
        });
    }

    static void linearWeightGradient(Buffer dOut, Buffer x, Buffer dWeight, boolean inputMajor) {
        Shapes.sameRows("linearWeightGradient", dOut, x);
        var wanted = inputMajor ? x.columns() + " x " + dOut.columns() : dOut.columns() + " x " + x.columns();
        Shapes.require(
                (inputMajor ? x : dOut).columns() == dWeight.rows()
                        && (inputMajor ? dOut : x).columns() == dWeight.columns(),
                "linearWeightGradient",
                "dWeight",
                dWeight,
                wanted);
        try (var scope = new PointerScope()) {
            var left = TorchBuffer.tensor(inputMajor ? x : dOut).t();
            addProduct(TorchBuffer.tensor(dWeight), left, TorchBuffer.tensor(inputMajor ? dOut : x), 1);
        }
    }

    /** {@code total += scale * left right}; the product is made in the operands' type when {@code total} has another. */
    private static void addProduct(Tensor total, Tensor left, Tensor right, double scale) {
        if (TorchTypes.same(total, left)) {
            total.addmm_(left, right, new Scalar(1.0), new Scalar(scale));
        } else {
            total.add_(torch.mm(left, right), new Scalar(scale));
        }
    }

    static void lowRank(Buffer x, Buffer mask, Buffer a, Buffer b, double scale, Buffer u, Buffer out) {
        checkLowRank("lowRank", x, mask, a, b, u, out);
        try (var scope = new PointerScope()) {
            var down = TorchBuffer.tensor(u);
            torch.mm_out(down, masked(x, mask), TorchBuffer.tensor(a).t());
            TorchBuffer.tensor(out).addmm_(down, TorchBuffer.tensor(b).t(), new Scalar(1.0), new Scalar(scale));
        }
    }

    static void lowRankGradient(
            Buffer dOut,
            Buffer x,
            Buffer mask,
            Buffer u,
            Buffer a,
            Buffer b,
            double scale,
            Buffer dA,
            Buffer dB,
            Buffer dX) {
        checkLowRank("lowRankGradient", x, mask, a, b, u, dOut);
        Shapes.same("lowRankGradient", a, dA);
        Shapes.same("lowRankGradient", b, dB);
        Shapes.require(
                dX == null || (dX.rows() == x.rows() && dX.columns() == x.columns()),
                "lowRankGradient",
                "dX",
                dX,
                "x's shape");
        try (var scope = new PointerScope()) {
            var gradient = TorchBuffer.tensor(dOut);
            var du = torch.mm(gradient, TorchBuffer.tensor(b)).mul_(new Scalar(scale));
            addProduct(TorchBuffer.tensor(dB), gradient.t(), TorchBuffer.tensor(u), scale);
            addProduct(TorchBuffer.tensor(dA), du.t(), masked(x, mask), 1);
            if (dX == null) {
                return;
            }
            if (mask == null) {
                TorchBuffer.tensor(dX).addmm_(du, TorchBuffer.tensor(a));
            } else {
                TorchBuffer.tensor(dX).addcmul_(torch.mm(du, TorchBuffer.tensor(a)), TorchBuffer.tensor(mask));
            }
        }
    }

    private static Tensor masked(Buffer x, Buffer mask) {
        return mask == null ? TorchBuffer.tensor(x) : TorchBuffer.tensor(x).mul(TorchBuffer.tensor(mask));
    }

    private static void checkLowRank(String kernel, Buffer x, Buffer mask, Buffer a, Buffer b, Buffer u, Buffer out) {
        Shapes.require(a.columns() == x.columns(), kernel, "a", a, x.columns() + " columns");
        Shapes.require(b.columns() == a.rows(), kernel, "b", b, a.rows() + " columns");
        Shapes.require(out.columns() == b.rows(), kernel, "out", out, b.rows() + " columns");
        Shapes.require(u.columns() == a.rows(), kernel, "u", u, a.rows() + " columns");
        Shapes.sameRows(kernel, x, u);
        Shapes.sameRows(kernel, x, out);
        Shapes.require(
                mask == null || (mask.rows() == x.rows() && mask.columns() == x.columns()),
                kernel,
                "mask",
                mask,
                "x's shape");
    }
}
