package org.filigree.engine.kit;

import java.util.ArrayList;
import java.util.List;

/** Layer and RMS norm. */
final class NormCases {

    private static final double EPS = 1e-5;
    private static final int[][] SHAPES = {{1, 1}, {1, 7}, {5, 3}, {67, 130}};

    private NormCases() {}

    static List<KernelCase> all() {
        var cases = new ArrayList<KernelCase>();
        for (var shape : SHAPES) {
            rms(cases, shape[0], shape[1]);
            // One column alone has no variance: eps decides, and rounding is all there is to compare.
            if (shape[1] > 1) {
                layer(cases, shape[0], shape[1]);
            }
        }
        return cases;
    }

    private static void rms(List<KernelCase> cases, int n, int width) {
        var shape = "[%d, %d]".formatted(n, width);
        cases.add(new KernelCase("rmsNorm", shape, t -> {
            var x = t.input("x", n, width);
            var w = t.input("weight", 1, width);
            var out = t.output("out", n, width);
            var rstd = t.masterOutput("rstd", n, 1);
            t.run((k, s) -> k.rmsNorm(s.of(x), s.of(w), EPS, s.of(out), s.of(rstd)));
        }));
        for (var accumulate : new boolean[] {false, true}) {
            // dWeight comes and goes with accumulate, so that all four settings are seen in two cases.
            var claim = shape + (accumulate ? ", dX accumulated, dWeight added" : ", frozen weight");
            cases.add(new KernelCase("rmsNormGradient", claim, t -> {
                var dOut = t.input("dOut", n, width);
                var x = t.input("x", n, width);
                var w = t.input("weight", 1, width);
                var rstd = t.masterOutput("rstd", n, 1);
                var unused = t.output("unused", n, width);
                t.given(List.of(rstd, unused), (k, s) -> k.rmsNorm(s.of(x), s.of(w), EPS, s.of(unused), s.of(rstd)));
                var dX = accumulate ? t.input("dX", n, width) : t.output("dX", n, width);
                var dWeight = accumulate ? t.master("dWeight", 1, width) : null;
                t.run((k, s) -> k.rmsNormGradient(
                        s.of(dOut), s.of(x), s.of(w), s.of(rstd), s.of(dX), accumulate, s.of(dWeight)));
            }));
        }
    }

    private static void layer(List<KernelCase> cases, int n, int width) {
        var shape = "[%d, %d]".formatted(n, width);
        for (var biased : new boolean[] {false, true}) {
            cases.add(new KernelCase("layerNorm", shape + (biased ? ", with bias" : ", no bias"), t -> {
                var x = t.input("x", n, width);
                var w = t.input("weight", 1, width);
                var bias = biased ? t.input("bias", 1, width) : null;
                var out = t.output("out", n, width);
                var mean = t.masterOutput("mean", n, 1);
                var rstd = t.masterOutput("rstd", n, 1);
                t.run((k, s) -> k.layerNorm(s.of(x), s.of(w), s.of(bias), EPS, s.of(out), s.of(mean), s.of(rstd)));
            }));
        }
        layerGradient(cases, shape + ", frozen", n, width, false, false, false);
        layerGradient(cases, shape + ", dX accumulated, dWeight and dBias added", n, width, true, true, true);
        layerGradient(cases, shape + ", dWeight without dBias", n, width, false, true, false);
        layerGradient(cases, shape + ", dBias without dWeight", n, width, true, false, true);
    }

    private static void layerGradient(
            List<KernelCase> cases,
            String claim,
            int n,
            int width,
            boolean accumulate,
            boolean trainsWeight,
            boolean trainsBias) {
        cases.add(new KernelCase("layerNormGradient", claim, t -> {
            var dOut = t.input("dOut", n, width);
            var x = t.input("x", n, width);
            var w = t.input("weight", 1, width);
            var mean = t.masterOutput("mean", n, 1);
            var rstd = t.masterOutput("rstd", n, 1);
            var unused = t.output("unused", n, width);
            t.given(
                    List.of(mean, rstd, unused),
                    (k, s) -> k.layerNorm(s.of(x), s.of(w), null, EPS, s.of(unused), s.of(mean), s.of(rstd)));
            var dX = accumulate ? t.input("dX", n, width) : t.output("dX", n, width);
            var dWeight = trainsWeight ? t.master("dWeight", 1, width) : null;
            var dBias = trainsBias ? t.master("dBias", 1, width) : null;
            t.run((k, s) -> k.layerNormGradient(
                    s.of(dOut),
                    s.of(x),
                    s.of(w),
                    s.of(mean),
                    s.of(rstd),
                    s.of(dX),
                    accumulate,
                    s.of(dWeight),
                    s.of(dBias)));
        }));
    }
}
