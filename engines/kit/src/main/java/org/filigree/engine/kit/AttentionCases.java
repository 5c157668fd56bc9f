package org.filigree.engine.kit;

import java.util.ArrayList;
import java.util.List;
import org.filigree.engine.AttentionShape;
import org.filigree.engine.Segments;

/** Attention and rotary positions. */
final class AttentionCases {

    private record Case(String claim, AttentionShape shape, Segments segments) {
        int queries() {
            return segments.queries()[segments.count()];
        }

        int keys() {
            return segments.keys()[segments.count()];
        }

        int width() {
            return shape.heads() * shape.headDim();
        }

        int keyWidth() {
            return shape.keyHeads() * shape.headDim();
        }
    }

    private static final List<Case> TRAINING = List.of(
            new Case("one token", causal(1, 1, 2, 0), Segments.of(0, 1)),
            new Case("documents of length one", causal(2, 1, 4, 0), Segments.of(0, 1, 2, 3)),
            new Case("one head, odd length and size", causal(1, 1, 5, 0), Segments.of(0, 7)),
            new Case("grouped keys, unequal documents", causal(4, 2, 8, 0), Segments.of(0, 3, 4, 11)),
            new Case("three queries a key head", causal(6, 2, 4, 0), Segments.of(0, 5, 6)),
            new Case("a window shorter than the documents", causal(2, 1, 4, 3), Segments.of(0, 9, 14)),
            new Case("a window longer than the documents", causal(2, 2, 4, 30), Segments.of(0, 9, 14)),
            new Case("a window of one", causal(2, 2, 4, 1), Segments.of(0, 5)),
            new Case("no mask", new AttentionShape(2, 2, 4, 0.5, false, 0), Segments.of(0, 4, 9)),
            new Case(
                    "a scale that is not the root of the size",
                    new AttentionShape(2, 2, 4, 0.8, true, 0),
                    Segments.of(0, 6)),
            new Case("documents of one length, grouped keys", causal(4, 2, 8, 0), Segments.of(0, 3, 6, 9, 14)),
            new Case("documents of one length in a window", causal(4, 2, 4, 3), Segments.of(0, 7, 14, 16, 18)),
            new Case(
                    "documents of one length, no mask",
                    new AttentionShape(4, 2, 4, 0.5, false, 0),
                    Segments.of(0, 4, 8)),
            new Case("a longer text", causal(2, 1, 16, 0), Segments.of(0, 131)),
            new Case("a longer text in a window", causal(2, 1, 16, 20), Segments.of(0, 131, 170)));

    private static final List<Case> DECODING = List.of(
            new Case("one new token", causal(4, 2, 8, 0), new Segments(new int[] {0, 1}, new int[] {0, 6})),
            new Case("several new tokens", causal(2, 2, 4, 0), new Segments(new int[] {0, 3}, new int[] {0, 8})),
            new Case("one new token in a window", causal(2, 1, 4, 4), new Segments(new int[] {0, 1}, new int[] {0, 9})),
            new Case("new tokens in a window", causal(2, 1, 4, 3), new Segments(new int[] {0, 4}, new int[] {0, 9})),
            new Case(
                    "new tokens of texts of one length",
                    causal(4, 2, 4, 0),
                    new Segments(new int[] {0, 2, 4}, new int[] {0, 5, 10})),
            new Case("new tokens of several texts", causal(2, 1, 4, 0), new Segments(new int[] {0, 1, 3}, new int[] {
                0, 5, 9
            })));

    private AttentionCases() {}

    static List<KernelCase> all() {
        var cases = new ArrayList<KernelCase>();
        for (var c : TRAINING) {
            cases.add(new KernelCase("attention", c.claim(), t -> forward(t, c)));
            cases.add(new KernelCase("attentionGradient", c.claim(), t -> backward(t, c)));
        }
        for (var c : DECODING) {
            cases.add(new KernelCase("attention", c.claim(), t -> forward(t, c)));
        }
        // Scores of some hundreds, exact in every type: their exponentials overflow a float.
        cases.add(new KernelCase("attention", "scores far apart do not overflow", t -> {
            var c = new Case("", new AttentionShape(2, 2, 4, 32, true, 0), Segments.of(0, 6));
            attention(t, c, whole(t, "q"), whole(t, "k"), t.input("v", 6, 8), t.output("out", 6, 8));
        }));
        for (var c : List.of(TRAINING.get(3), TRAINING.get(5))) {
            cases.add(new KernelCase("attention", "column views of one product, " + c.claim(), t -> views(t, c)));
            cases.add(new KernelCase(
                    "attentionGradient", "column views of one product, " + c.claim(), t -> viewsGradient(t, c)));
        }
        rotary(cases);
        return cases;
    }

    /** [6, 8] of -2 to 2. */
    private static Twin whole(Trial t, String name) {
        var values = new float[48];
        for (var i = 0; i < values.length; i++) {
            values[i] = i * i % 5 - 2;
        }
        return t.of(name, t.computeType(), 6, 8, values);
    }

    private static AttentionShape causal(int heads, int keyHeads, int headDim, int window) {
        return new AttentionShape(heads, keyHeads, headDim, 1 / Math.sqrt(headDim), true, window);
    }

    private static void forward(Trial t, Case c) {
        attention(
                t,
                c,
                t.input("q", c.queries(), c.width()),
                t.input("k", c.keys(), c.keyWidth()),
                t.input("v", c.keys(), c.keyWidth()),
                t.output("out", c.queries(), c.width()));
    }

    private static void views(Trial t, Case c) {
        var qkv = t.input("qkv", c.queries(), c.width() + 2 * c.keyWidth());
        var out = t.input("out", c.queries(), c.width() + 3);
        attention(
                t,
                c,
                qkv.columns(0, c.width()),
                qkv.columns(c.width(), c.keyWidth()),
                qkv.columns(c.width() + c.keyWidth(), c.keyWidth()),
                out.columns(2, c.width()));
    }

    private static void attention(Trial t, Case c, Twin q, Twin k, Twin v, Twin out) {
        var lse = t.masterOutput("logSumExp", c.queries(), c.shape().heads());
        t.run((e, s) -> e.attention(c.shape(), c.segments(), s.of(q), s.of(k), s.of(v), s.of(out), s.of(lse)));
    }

    private static void backward(Trial t, Case c) {
        gradient(
                t,
                c,
                t.input("q", c.queries(), c.width()),
                t.input("k", c.keys(), c.keyWidth()),
                t.input("v", c.keys(), c.keyWidth()),
                t.output("out", c.queries(), c.width()),
                t.input("dOut", c.queries(), c.width()),
                t.output("dQ", c.queries(), c.width()),
                t.output("dK", c.keys(), c.keyWidth()),
                t.output("dV", c.keys(), c.keyWidth()));
    }

    private static void viewsGradient(Trial t, Case c) {
        var qkv = t.input("qkv", c.queries(), c.width() + 2 * c.keyWidth());
        var dQkv = t.output("dQkv", c.queries(), c.width() + 2 * c.keyWidth());
        var out = t.input("out", c.queries(), c.width() + 3);
        var dOut = t.input("dOut", c.queries(), c.width() + 1);
        gradient(
                t,
                c,
                qkv.columns(0, c.width()),
                qkv.columns(c.width(), c.keyWidth()),
                qkv.columns(c.width() + c.keyWidth(), c.keyWidth()),
                out.columns(2, c.width()),
                dOut.columns(1, c.width()),
                dQkv.columns(0, c.width()),
                dQkv.columns(c.width(), c.keyWidth()),
                dQkv.columns(c.width() + c.keyWidth(), c.keyWidth()));
    }

    private static void gradient(
            Trial t, Case c, Twin q, Twin k, Twin v, Twin out, Twin dOut, Twin dQ, Twin dK, Twin dV) {
        var lse = t.masterOutput("logSumExp", c.queries(), c.shape().heads());
        t.given(
                List.of(out, lse),
                (e, s) -> e.attention(c.shape(), c.segments(), s.of(q), s.of(k), s.of(v), s.of(out), s.of(lse)));
        t.run((e, s) -> e.attentionGradient(
                c.shape(),
                c.segments(),
                s.of(q),
                s.of(k),
                s.of(v),
                s.of(out),
                s.of(lse),
                s.of(dOut),
                s.of(dQ),
                s.of(dK),
                s.of(dV)));
    }

    private static void rotary(List<KernelCase> cases) {
        for (var inverse : new boolean[] {false, true}) {
            var way = inverse ? ", rotated back" : "";
            for (var shape : new int[][] {{1, 1, 2}, {5, 3, 6}, {67, 4, 16}}) {
                var n = shape[0];
                var width = shape[1] * shape[2];
                var headDim = shape[2];
                cases.add(new KernelCase("rotary", n + " tokens, heads of " + headDim + way, t -> {
                    var x = t.input("x", n, width);
                    rotate(t, x, headDim, inverse, t.output("out", n, width));
                }));
                cases.add(new KernelCase("rotary", n + " tokens, in place" + way, t -> {
                    var x = t.input("x", n, width);
                    rotate(t, x, headDim, inverse, x);
                }));
                cases.add(new KernelCase("rotary", n + " tokens, column views" + way, t -> {
                    var x = t.input("x", n, width + 3).columns(1, width);
                    rotate(t, x, headDim, inverse, t.input("out", n, width + 2).columns(2, width));
                }));
                cases.add(new KernelCase("rotary", n + " tokens, a column view in place" + way, t -> {
                    var x = t.input("x", n, width + 3).columns(1, width);
                    rotate(t, x, headDim, inverse, x);
                }));
            }
        }
    }

    private static void rotate(Trial t, Twin x, int headDim, boolean inverse, Twin out) {
        var n = x.tried().rows();
        var cos = new float[n * headDim / 2];
        var sin = new float[cos.length];
        for (var i = 0; i < cos.length; i++) {
            cos[i] = (float) Math.cos(0.7 * i);
            sin[i] = (float) Math.sin(0.7 * i);
        }
        var c = t.of("cos", t.masterType(), n, headDim / 2, cos);
        var s = t.of("sin", t.masterType(), n, headDim / 2, sin);
        t.run((k, side) -> k.rotary(side.of(x), headDim, side.of(c), side.of(s), inverse, side.of(out)));
    }
}
