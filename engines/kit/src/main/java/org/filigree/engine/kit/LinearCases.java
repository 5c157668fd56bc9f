package org.filigree.engine.kit;

import java.util.ArrayList;
import java.util.List;
import org.filigree.engine.Weight;

/** Linear layers, frozen and trained, and their low-rank parts. */
final class LinearCases {

    private static final int[][] SHAPES = {{1, 1, 1}, {1, 5, 3}, {7, 3, 5}, {67, 96, 130}};

    private LinearCases() {}

    static List<KernelCase> all() {
        var cases = new ArrayList<KernelCase>();
        for (var shape : SHAPES) {
            for (var inputMajor : new boolean[] {false, true}) {
                linear(cases, shape[0], shape[1], shape[2], inputMajor);
            }
        }
        for (var shape : new int[][] {{1, 5, 3, 1}, {7, 3, 5, 3}, {67, 96, 130, 8}}) {
            for (var masked : new boolean[] {false, true}) {
                lowRank(cases, shape[0], shape[1], shape[2], shape[3], masked);
            }
        }
        cases.add(new KernelCase("lowRank", "slots of different ranks share a batch as row views", t -> {
            var x = t.input("x", 9, 6);
            var out = t.input("out", 9, 7);
            slot(t, x.rows(0, 4), out.rows(0, 4), 2);
            slot(t, x.rows(4, 5), out.rows(4, 5), 5);
        }));
        cases.add(new KernelCase("lowRankGradient", "slots of different ranks share a batch as row views", t -> {
            var dOut = t.input("dOut", 9, 7);
            var x = t.input("x", 9, 6);
            var dX = t.input("dX", 9, 6);
            slotGradient(t, dOut.rows(0, 4), x.rows(0, 4), dX.rows(0, 4), 2);
            slotGradient(t, dOut.rows(4, 5), x.rows(4, 5), dX.rows(4, 5), 5);
        }));
        cases.add(new KernelCase("sumRows", "adds to what is there", t -> {
            var x = t.input("x", 67, 13);
            var total = t.master("total", 1, 13);
            t.run((k, s) -> k.sumRows(s.of(x), s.of(total)));
        }));
        cases.add(new KernelCase("sumRows", "one token", t -> {
            var x = t.input("x", 1, 3);
            var total = t.master("total", 1, 3);
            t.run((k, s) -> k.sumRows(s.of(x), s.of(total)));
        }));
        return cases;
    }

    private static void linear(List<KernelCase> cases, int n, int in, int out, boolean inputMajor) {
        var shape = "[%d, %d] to %d, %s".formatted(n, in, out, inputMajor ? "input-major" : "output-major");
        for (var biased : new boolean[] {false, true}) {
            cases.add(new KernelCase("linear", shape + (biased ? ", with bias" : ""), t -> {
                var x = t.input("x", n, in);
                var w = weight(t, in, out, inputMajor);
                var bias = biased ? t.input("bias", 1, out) : null;
                var y = t.output("out", n, out);
                t.run((k, s) -> k.linear(s.of(x), new Weight.Dense(s.of(w), inputMajor), s.of(bias), s.of(y)));
            }));
        }
        for (var accumulate : new boolean[] {false, true}) {
            cases.add(new KernelCase("linearInputGradient", shape + (accumulate ? ", accumulated" : ""), t -> {
                var dOut = t.input("dOut", n, out);
                var w = weight(t, in, out, inputMajor);
                var dX = accumulate ? t.input("dX", n, in) : t.output("dX", n, in);
                t.run((k, s) ->
                        k.linearInputGradient(s.of(dOut), new Weight.Dense(s.of(w), inputMajor), s.of(dX), accumulate));
            }));
        }
        cases.add(new KernelCase("linearWeightGradient", shape + ", adds to what is there", t -> {
            var dOut = t.input("dOut", n, out);
            var x = t.input("x", n, in);
            var dWeight = inputMajor ? t.master("dWeight", in, out) : t.master("dWeight", out, in);
            t.run((k, s) -> k.linearWeightGradient(s.of(dOut), s.of(x), s.of(dWeight), inputMajor));
        }));
    }

    private static Twin weight(Trial t, int in, int out, boolean inputMajor) {
        return inputMajor ? t.input("weight", in, out) : t.input("weight", out, in);
    }

    private static void lowRank(List<KernelCase> cases, int n, int in, int out, int rank, boolean masked) {
        var shape = "[%d, %d] to %d by rank %d%s".formatted(n, in, out, rank, masked ? ", dropout mask" : "");
        cases.add(new KernelCase("lowRank", shape, t -> {
            var x = t.input("x", n, in);
            var mask = masked ? mask(t, n, in) : null;
            var a = t.input("a", rank, in);
            var b = t.input("b", out, rank);
            var u = t.output("u", n, rank);
            var y = t.input("out", n, out);
            t.run((k, s) -> k.lowRank(s.of(x), s.of(mask), s.of(a), s.of(b), 1.5, s.of(u), s.of(y)));
        }));
        for (var wantsInput : new boolean[] {false, true}) {
            var claim = shape + (wantsInput ? ", dX added" : ", no dX");
            cases.add(new KernelCase("lowRankGradient", claim, t -> {
                var dOut = t.input("dOut", n, out);
                var x = t.input("x", n, in);
                var mask = masked ? mask(t, n, in) : null;
                var u = t.input("u", n, rank);
                var a = t.input("a", rank, in);
                var b = t.input("b", out, rank);
                var dA = t.master("dA", rank, in);
                var dB = t.master("dB", out, rank);
                var dX = wantsInput ? t.input("dX", n, in) : null;
                t.run((k, s) -> k.lowRankGradient(
                        s.of(dOut), s.of(x), s.of(mask), s.of(u), s.of(a), s.of(b), 1.5, s.of(dA), s.of(dB), s.of(dX)));
            }));
        }
    }

    /** Every third element dropped, the others scaled up. */
    private static Twin mask(Trial t, int n, int in) {
        var values = new float[n * in];
        for (var i = 0; i < values.length; i++) {
            values[i] = i % 3 == 1 ? 0 : 1.5f;
        }
        return t.of("mask", t.computeType(), n, in, values);
    }

    private static void slot(Trial t, Twin x, Twin out, int rank) {
        var a = t.input("a", rank, x.tried().columns());
        var b = t.input("b", out.tried().columns(), rank);
        var u = t.output("u", x.tried().rows(), rank);
        t.run((k, s) -> k.lowRank(s.of(x), null, s.of(a), s.of(b), 0.5, s.of(u), s.of(out)));
    }

    private static void slotGradient(Trial t, Twin dOut, Twin x, Twin dX, int rank) {
        var in = x.tried().columns();
        var out = dOut.tried().columns();
        var u = t.input("u", x.tried().rows(), rank);
        var a = t.input("a", rank, in);
        var b = t.input("b", out, rank);
        var dA = t.master("dA", rank, in);
        var dB = t.master("dB", out, rank);
        t.run((k, s) -> k.lowRankGradient(
                s.of(dOut), s.of(x), null, s.of(u), s.of(a), s.of(b), 0.5, s.of(dA), s.of(dB), s.of(dX)));
    }
}
