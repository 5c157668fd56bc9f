package org.filigree.engine.kit;

import java.util.ArrayList;
import java.util.List;
import org.filigree.engine.AdamWStep;
import org.filigree.model.ActivationKind;
import org.filigree.model.DataType;

/** Copies, sums, rows of tables, activations and the optimizer. */
final class ElementwiseCases {

    private ElementwiseCases() {}

    static List<KernelCase> movement() {
        var cases = new ArrayList<KernelCase>();
        cases.add(new KernelCase("copy", "from compute to master type", t -> {
            var from = t.input("from", 5, 3);
            var to = t.masterOutput("to", 5, 3);
            t.run((k, s) -> k.copy(s.of(from), s.of(to)));
        }));
        cases.add(new KernelCase("copy", "from master to compute type", t -> {
            var from = t.master("from", 5, 3);
            var to = t.output("to", 5, 3);
            t.run((k, s) -> k.copy(s.of(from), s.of(to)));
        }));
        cases.add(new KernelCase("copy", "between column views, leaving what is beside them", t -> {
            var from = t.input("from", 5, 7).columns(2, 3);
            var to = t.input("to", 5, 6).columns(1, 3);
            t.run((k, s) -> k.copy(s.of(from), s.of(to)));
        }));
        cases.add(new KernelCase("copy", "a row view, leaving the other rows", t -> {
            var from = t.input("from", 5, 4).rows(1, 2);
            var to = t.input("to", 6, 4).rows(3, 2);
            t.run((k, s) -> k.copy(s.of(from), s.of(to)));
        }));
        cases.add(new KernelCase("fill", "a row view, leaving the other rows", t -> {
            var rows = t.input("buffer", 6, 4).rows(2, 3);
            t.run((k, s) -> k.fill(s.of(rows), 0.25));
        }));
        cases.add(new KernelCase("fill", "zero over not-a-number", t -> {
            var buffer = t.masterOutput("buffer", 3, 5);
            t.run((k, s) -> k.fill(s.of(buffer), 0));
        }));
        cases.add(new KernelCase("add", "onto a third", t -> {
            var a = t.input("a", 7, 5);
            var b = t.input("b", 7, 5);
            var out = t.output("out", 7, 5);
            t.run((k, s) -> k.add(s.of(a), s.of(b), s.of(out)));
        }));
        cases.add(new KernelCase("add", "onto the first", t -> {
            var a = t.input("a", 7, 5);
            var b = t.input("b", 7, 5);
            t.run((k, s) -> k.add(s.of(a), s.of(b), s.of(a)));
        }));
        cases.add(new KernelCase("add", "onto the second", t -> {
            var a = t.input("a", 1, 1);
            var b = t.input("b", 1, 1);
            t.run((k, s) -> k.add(s.of(a), s.of(b), s.of(b)));
        }));
        addScaled(cases);
        rows(cases);
        return cases;
    }

    private static void addScaled(List<KernelCase> cases) {
        cases.add(new KernelCase("addScaled", "one type", t -> {
            var x = t.input("x", 7, 5);
            var y = t.input("y", 7, 5);
            t.run((k, s) -> k.addScaled(-0.75, s.of(x), s.of(y)));
        }));
        cases.add(new KernelCase("addScaled", "compute type onto master type", t -> {
            var x = t.input("x", 7, 5);
            var y = t.master("y", 7, 5);
            t.run((k, s) -> k.addScaled(2, s.of(x), s.of(y)));
        }));
        cases.add(new KernelCase("addScaled", "master type onto compute type", t -> {
            var x = t.master("x", 7, 5);
            var y = t.input("y", 7, 5);
            t.run((k, s) -> k.addScaled(2, s.of(x), s.of(y)));
        }));
    }

    private static void rows(List<KernelCase> cases) {
        int[] repeated = {3, 0, 3, 8, 8, 8, 1};
        for (var accumulate : new boolean[] {false, true}) {
            cases.add(new KernelCase("gatherRows", accumulate ? "repeated rows, added" : "repeated rows", t -> {
                var table = t.input("table", 9, 5);
                var out = accumulate ? t.input("out", 7, 5) : t.output("out", 7, 5);
                t.run((k, s) -> k.gatherRows(s.of(table), repeated, s.of(out), accumulate));
            }));
        }
        cases.add(new KernelCase("gatherRows", "one row", t -> {
            var table = t.input("table", 1, 1);
            var out = t.output("out", 1, 1);
            t.run((k, s) -> k.gatherRows(s.of(table), new int[] {0}, s.of(out), false));
        }));
        cases.add(new KernelCase("scatterAddRows", "repeated rows, onto master type", t -> {
            var from = t.input("from", 7, 5);
            var table = t.master("table", 9, 5);
            t.run((k, s) -> k.scatterAddRows(s.of(from), repeated, s.of(table)));
        }));
        cases.add(new KernelCase("scatterAddRows", "distinct rows, within the compute type", t -> {
            var from = t.input("from", 3, 5);
            var table = t.input("table", 9, 5);
            t.run((k, s) -> k.scatterAddRows(s.of(from), new int[] {8, 0, 4}, s.of(table)));
        }));
    }

    static List<KernelCase> activations() {
        var cases = new ArrayList<KernelCase>();
        for (var kind : ActivationKind.values()) {
            cases.add(new KernelCase("activation", kind + " from -12 to 12", t -> {
                var x = wide(t);
                var out = t.output("out", 5, 5);
                t.run((k, s) -> k.activation(kind, s.of(x), s.of(out)));
            }));
            cases.add(new KernelCase("activation", kind + " in place", t -> {
                var x = wide(t);
                t.run((k, s) -> k.activation(kind, s.of(x), s.of(x)));
            }));
            cases.add(new KernelCase("activation", kind + " on column views", t -> {
                var x = wide(t).columns(1, 3);
                var out = t.input("out", 5, 4).columns(0, 3);
                t.run((k, s) -> k.activation(kind, s.of(x), s.of(out)));
            }));
            cases.add(new KernelCase("activationGradient", kind + " from -12 to 12", t -> {
                var x = wide(t);
                var dOut = t.input("dOut", 5, 5);
                var dX = t.output("dX", 5, 5);
                t.run((k, s) -> k.activationGradient(kind, s.of(x), s.of(dOut), s.of(dX)));
            }));
            cases.add(new KernelCase("activationGradient", kind + " onto dOut, column views", t -> {
                var x = wide(t).columns(1, 3);
                var dOut = t.input("dOut", 5, 4).columns(1, 3);
                t.run((k, s) -> k.activationGradient(kind, s.of(x), s.of(dOut), s.of(dOut)));
            }));
            gated(cases, kind);
        }
        return cases;
    }

    private static void gated(List<KernelCase> cases, ActivationKind kind) {
        cases.add(new KernelCase("gatedActivation", kind + " times up", t -> {
            var gate = wide(t);
            var up = t.input("up", 5, 5);
            var out = t.output("out", 5, 5);
            t.run((k, s) -> k.gatedActivation(kind, s.of(gate), s.of(up), s.of(out)));
        }));
        cases.add(new KernelCase("gatedActivation", kind + ", gate and up side by side", t -> {
            var both = t.input("gateAndUp", 7, 10);
            var out = t.input("out", 7, 6).columns(1, 5);
            t.run((k, s) -> k.gatedActivation(kind, s.of(both.columns(0, 5)), s.of(both.columns(5, 5)), s.of(out)));
        }));
        cases.add(new KernelCase("gatedActivationGradient", kind + " times up", t -> {
            var gate = wide(t);
            var up = t.input("up", 5, 5);
            var dOut = t.input("dOut", 5, 5);
            var dGate = t.output("dGate", 5, 5);
            var dUp = t.output("dUp", 5, 5);
            t.run((k, s) -> k.gatedActivationGradient(kind, s.of(gate), s.of(up), s.of(dOut), s.of(dGate), s.of(dUp)));
        }));
        cases.add(new KernelCase("gatedActivationGradient", kind + ", gate and up side by side", t -> {
            var both = t.input("gateAndUp", 7, 10);
            var dOut = t.input("dOut", 7, 6).columns(1, 5);
            var dBoth = t.output("dGateAndUp", 7, 10);
            t.run((k, s) -> k.gatedActivationGradient(
                    kind,
                    s.of(both.columns(0, 5)),
                    s.of(both.columns(5, 5)),
                    s.of(dOut),
                    s.of(dBoth.columns(0, 5)),
                    s.of(dBoth.columns(5, 5))));
        }));
    }

    /** [5, 5] from -12 to 12 with 0 in the middle. */
    private static Twin wide(Trial t) {
        var values = new float[25];
        for (var i = 0; i < values.length; i++) {
            values[i] = i - 12;
        }
        return t.of("x", t.computeType(), 5, 5, values);
    }

    static List<KernelCase> losses() {
        var cases = new ArrayList<KernelCase>();
        for (var shape : new int[][] {{1, 1}, {1, 7}, {5, 3}, {66, 131}}) {
            var n = shape[0];
            var vocabulary = shape[1];
            // The first and last of the vocabulary, then places between.
            var targets = new int[n];
            for (var i = 0; i < n; i++) {
                targets[i] = i == 0 ? vocabulary - 1 : i == 1 ? 0 : i * 7 % vocabulary;
            }
            var claim = "[%d, %d]".formatted(n, vocabulary);
            cases.add(new KernelCase("crossEntropy", claim + ", gradient apart", t -> {
                var logits = t.input("logits", n, vocabulary);
                var dLogits = t.output("dLogits", n, vocabulary);
                t.value((k, s) -> losses(k, s, logits, targets, dLogits));
            }));
            cases.add(new KernelCase("crossEntropy", claim + ", gradient onto the logits", t -> {
                var logits = t.input("logits", n, vocabulary);
                t.value((k, s) -> losses(k, s, logits, targets, logits));
            }));
            cases.add(new KernelCase("crossEntropy", claim + ", score only", t -> {
                var logits = t.input("logits", n, vocabulary);
                t.value((k, s) -> losses(k, s, logits, targets, null));
            }));
            cases.add(new KernelCase("argMax", claim, t -> {
                var logits = t.input("logits", n, vocabulary);
                t.value((k, s) -> doubles(k.argMax(s.of(logits))));
            }));
        }
        cases.add(new KernelCase("crossEntropy", "huge logits do not overflow", t -> {
            var logits = t.of("logits", t.computeType(), 3, 3, 4096, -4096, 0, -8192, 128, 128, 64, 64, 64);
            var dLogits = t.output("dLogits", 3, 3);
            t.value((k, s) -> losses(k, s, logits, new int[] {1, 2, 0}, dLogits));
        }));
        cases.add(new KernelCase("argMax", "the first of equals", t -> {
            var logits = t.of("logits", t.computeType(), 3, 4, 1, 1, 1, 1, 0, 5, 2, 5, -3, -2, -2, -4);
            t.value((k, s) -> doubles(k.argMax(s.of(logits))));
        }));
        return cases;
    }

    private static double[] losses(
            org.filigree.engine.Kernels k, Trial.Side s, Twin logits, int[] targets, Twin dLogits) {
        var losses = new double[targets.length];
        k.crossEntropy(s.of(logits), targets, losses, s.of(dLogits));
        return losses;
    }

    private static double[] doubles(int[] values) {
        return java.util.Arrays.stream(values).asDoubleStream().toArray();
    }

    static List<KernelCase> optimizer() {
        var cases = new ArrayList<KernelCase>();
        cases.add(new KernelCase("sumOfSquares", "of master type", t -> {
            var values = t.master("values", 1003, 1);
            t.value((k, s) -> new double[] {k.sumOfSquares(s.of(values))});
        }));
        cases.add(new KernelCase("sumOfSquares", "in float64: 1e20 squared is finite", t -> {
            var values = t.of("values", DataType.FLOAT32, 1, 2, 1e20f, 1e20f);
            t.value((k, s) -> new double[] {k.sumOfSquares(s.of(values))});
        }));
        for (var step : new int[] {1, 1000}) {
            cases.add(new KernelCase("adamW", "step " + step, t -> {
                var p = t.master("parameter", 67, 1);
                var g = t.master("gradient", 67, 1);
                var m = t.master("m", 67, 1);
                var second = new float[67];
                for (var i = 0; i < second.length; i++) {
                    second[i] = 0.01f * i;
                }
                var v = t.of("v", t.masterType(), 67, 1, second);
                var how = new AdamWStep(step, 1e-2, 0.9, 0.999, 1e-8, 0.1, 0.125);
                t.run((k, s) -> k.adamW(s.of(p), s.of(g), s.of(m), s.of(v), how));
            }));
        }
        return cases;
    }
}
