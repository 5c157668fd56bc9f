package org.filigree.engine.kit;

import static org.filigree.engine.kit.Shapes.any;
import static org.filigree.engine.kit.Shapes.check;
import static org.filigree.engine.kit.Shapes.require;

import java.util.Arrays;
import org.filigree.engine.AttentionShape;
import org.filigree.engine.Buffer;
import org.filigree.engine.Segments;

/** Rotary positions, and attention score by score. */
final class PlainAttention {

    private PlainAttention() {}

    static void rotary(Buffer xIn, int headDim, Buffer cosIn, Buffer sinIn, boolean inverse, Buffer outIn) {
        var x = any("rotary", "x", xIn);
        check(
                headDim > 0 && headDim % 2 == 0 && x.columns % headDim == 0,
                "rotary: x has %d columns, wanted a multiple of an even head dimension, found %d",
                x.columns,
                headDim);
        var half = headDim / 2;
        var cos = require("rotary", "cos", cosIn, x.rows, half);
        var sin = require("rotary", "sin", sinIn, x.rows, half);
        var out = require("rotary", "out", outIn, x.rows, x.columns);
        for (var n = 0; n < x.rows; n++) {
            for (var head = 0; head < x.columns; head += headDim) {
                for (var i = 0; i < half; i++) {
                    var first = x.get(n, head + i);
                    var second = x.get(n, head + half + i);
                    var c = cos.get(n, i);
                    var s = inverse ? -sin.get(n, i) : sin.get(n, i);
                    out.set(n, head + i, first * c - second * s);
                    out.set(n, head + half + i, second * c + first * s);
                }
            }
        }
    }

    static void attention(
            AttentionShape shape,
            Segments segments,
            Buffer qIn,
            Buffer kIn,
            Buffer vIn,
            Buffer outIn,
            Buffer logSumExpIn) {
        var kernel = "attention";
        checkSegments(kernel, shape, segments);
        var size = shape.headDim();
        var tokens = last(segments.queries());
        var q = require(kernel, "q", qIn, tokens, shape.heads() * size);
        var k = require(kernel, "k", kIn, last(segments.keys()), shape.keyHeads() * size);
        var v = require(kernel, "v", vIn, last(segments.keys()), shape.keyHeads() * size);
        var out = require(kernel, "out", outIn, tokens, shape.heads() * size);
        var logSumExp = require(kernel, "logSumExp", logSumExpIn, tokens, shape.heads());
        for (var d = 0; d < segments.count(); d++) {
            for (var h = 0; h < shape.heads(); h++) {
                var keyHead = h / (shape.heads() / shape.keyHeads());
                for (var i = 0; i < segments.queryLength(d); i++) {
                    var row = segments.queries()[d] + i;
                    var scores = scores(shape, segments, d, i, q, h * size, k, keyHead * size);
                    var lse = logSumExp(scores);
                    logSumExp.set(row, h, lse);
                    for (var c = 0; c < size; c++) {
                        var sum = 0.0;
                        for (var j = 0; j < scores.length; j++) {
                            sum += Math.exp(scores[j] - lse) * v.get(segments.keys()[d] + j, keyHead * size + c);
                        }
                        out.set(row, h * size + c, sum);
                    }
                }
            }
        }
    }

    static void gradient(
            AttentionShape shape,
            Segments segments,
            Buffer qIn,
            Buffer kIn,
            Buffer vIn,
            Buffer outIn,
            Buffer logSumExpIn,
            Buffer dOutIn,
            Buffer dQIn,
            Buffer dKIn,
            Buffer dVIn) {
        var kernel = "attentionGradient";
        checkSegments(kernel, shape, segments);
        check(
                Arrays.equals(segments.queries(), segments.keys()),
                "attentionGradient: queries %s and keys %s must have the same offsets",
                Arrays.toString(segments.queries()),
                Arrays.toString(segments.keys()));
        var size = shape.headDim();
        var tokens = last(segments.queries());
        var q = require(kernel, "q", qIn, tokens, shape.heads() * size);
        var k = require(kernel, "k", kIn, tokens, shape.keyHeads() * size);
        var v = require(kernel, "v", vIn, tokens, shape.keyHeads() * size);
        var out = require(kernel, "out", outIn, tokens, shape.heads() * size);
        var logSumExp = require(kernel, "logSumExp", logSumExpIn, tokens, shape.heads());
        var dOut = require(kernel, "dOut", dOutIn, tokens, shape.heads() * size);
        var dQ = require(kernel, "dQ", dQIn, tokens, shape.heads() * size);
        var dK = require(kernel, "dK", dKIn, tokens, shape.keyHeads() * size);
        var dV = require(kernel, "dV", dVIn, tokens, shape.keyHeads() * size);
        dQ.fill(0);
        dK.fill(0);
        dV.fill(0);
        for (var d = 0; d < segments.count(); d++) {
            for (var h = 0; h < shape.heads(); h++) {
                var at = h * size;
                var keyAt = h / (shape.heads() / shape.keyHeads()) * size;
                for (var i = 0; i < segments.queryLength(d); i++) {
                    var row = segments.queries()[d] + i;
                    var scores = scores(shape, segments, d, i, q, at, k, keyAt);
                    var mean = dot(dOut, row, at, out, row, at, size);
                    for (var j = 0; j < scores.length; j++) {
                        var key = segments.keys()[d] + j;
                        var p = Math.exp(scores[j] - logSumExp.get(row, h));
                        var dScore = p * (dot(dOut, row, at, v, key, keyAt, size) - mean) * shape.scale();
                        for (var c = 0; c < size; c++) {
                            dV.add(key, keyAt + c, p * dOut.get(row, at + c));
                            dQ.add(row, at + c, dScore * k.get(key, keyAt + c));
                            dK.add(key, keyAt + c, dScore * q.get(row, at + c));
                        }
                    }
                }
            }
        }
    }

    /** Scaled scores of one query against the keys of its document; minus infinity where it may not look. */
    private static double[] scores(
            AttentionShape shape,
            Segments segments,
            int document,
            int query,
            PlainBuffer q,
            int column,
            PlainBuffer k,
            int keyColumn) {
        var keys = segments.keyLength(document);
        var queries = segments.queryLength(document);
        var scores = new double[keys];
        for (var j = 0; j < keys; j++) {
            scores[j] = shape.sees(query, queries, j, keys)
                    ? shape.scale()
                            * dot(
                                    q,
                                    segments.queries()[document] + query,
                                    column,
                                    k,
                                    segments.keys()[document] + j,
                                    keyColumn,
                                    shape.headDim())
                    : Double.NEGATIVE_INFINITY;
        }
        return scores;
    }

    private static double dot(PlainBuffer a, int rowA, int columnA, PlainBuffer b, int rowB, int columnB, int count) {
        var sum = 0.0;
        var atA = a.at(rowA) + columnA;
        var atB = b.at(rowB) + columnB;
        for (var c = 0; c < count; c++) {
            sum += a.data[atA + c] * b.data[atB + c];
        }
        return sum;
    }

    /** Taken against the largest, so that no exponential overflows. */
    static double logSumExp(double[] values) {
        var largest = Arrays.stream(values).max().orElseThrow();
        var sum = 0.0;
        for (var value : values) {
            sum += Math.exp(value - largest);
        }
        return largest + Math.log(sum);
    }

    private static int last(int[] offsets) {
        return offsets[offsets.length - 1];
    }

    private static void checkSegments(String kernel, AttentionShape shape, Segments segments) {
        for (var d = 0; d < segments.count(); d++) {
            var queries = segments.queryLength(d);
            var keys = segments.keyLength(d);
            check(
                    queries >= 0 && (queries == 0 || keys > 0) && (!shape.causal() || keys >= queries),
                    "%s: document %d has %d queries and %d keys, a query would see none",
                    kernel,
                    d,
                    queries,
                    keys);
        }
    }
}
