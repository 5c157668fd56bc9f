package org.filigree.engine.dl4j.device;

import org.filigree.engine.Buffer;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/** Copies, sums, rows of tables and rotation. */
final class Movement {

    private Movement() {}

    static void copy(Buffer fromIn, Buffer toIn) {
        var from = Shapes.floats("copy", "from", fromIn);
        var to = Shapes.require("copy", "to", toIn, from.rows(), from.columns());
        if (!from.isEmpty()) {
            to.array().assign(from.array());
        }
    }

    static void fill(Buffer buffer, double value) {
        var target = Shapes.floats("fill", "buffer", buffer);
        if (!target.isEmpty()) {
            target.array().assign(value);
        }
    }

    static void add(Buffer aIn, Buffer bIn, Buffer outIn) {
        var a = Shapes.floats("add", "a", aIn);
        var b = Shapes.require("add", "b", bIn, a.rows(), a.columns());
        var out = Shapes.require("add", "out", outIn, a.rows(), a.columns());
        if (!a.isEmpty()) {
            a.array().addi(b.array(), out.array());
        }
    }

    static void addScaled(double alpha, Buffer xIn, Buffer yIn) {
        var x = Shapes.floats("addScaled", "x", xIn);
        var y = Shapes.require("addScaled", "y", yIn, x.rows(), x.columns());
        if (x.isEmpty()) {
            return;
        }
        try (var t = new Temporaries()) {
            y.array().addi(t.own(x.array().mul(alpha)));
        }
    }

    static void gatherRows(Buffer tableIn, int[] rows, Buffer outIn, boolean accumulate) {
        var table = Shapes.floats("gatherRows", "table", tableIn);
        var out = Shapes.require("gatherRows", "out", outIn, rows.length, table.columns());
        Shapes.rows("gatherRows", rows, table.rows());
        if (out.isEmpty()) {
            return;
        }
        try (var t = new Temporaries()) {
            var found = t.own(Nd4j.createUninitialized(table.array().dataType(), out.rows(), out.columns()));
            Nd4j.exec(DynamicCustomOp.builder("gather")
                    .addInputs(table.array(), t.own(Nd4j.createFromArray(rows)))
                    .addOutputs(found)
                    .addIntegerArguments(0)
                    .build());
            Products.write(out, found, accumulate);
        }
    }

    /** Row after row: rows may repeat, and the order is promised. */
    static void scatterAddRows(Buffer fromIn, int[] rows, Buffer tableIn) {
        var table = Shapes.floats("scatterAddRows", "table", tableIn);
        var from = Shapes.require("scatterAddRows", "from", fromIn, rows.length, table.columns());
        Shapes.rows("scatterAddRows", rows, table.rows());
        if (from.isEmpty()) {
            return;
        }
        for (var i = 0; i < rows.length; i++) {
            table.rows(rows[i], 1).array().addi(from.rows(i, 1).array());
        }
    }

    static void sumRows(Buffer xIn, Buffer totalIn) {
        var x = Shapes.floats("sumRows", "x", xIn);
        var total = Shapes.require("sumRows", "total", totalIn, 1, x.columns());
        if (x.isEmpty()) {
            return;
        }
        try (var t = new Temporaries()) {
            total.array().addi(t.own(x.array().sum(true, 0)));
        }
    }

    static void rotary(Buffer xIn, int headDim, Buffer cosIn, Buffer sinIn, boolean inverse, Buffer outIn) {
        var x = Shapes.floats("rotary", "x", xIn);
        if (headDim <= 0 || headDim % 2 != 0 || x.columns() % headDim != 0) {
            throw new IllegalArgumentException("rotary: %d columns and heads of %d".formatted(x.columns(), headDim));
        }
        var half = headDim / 2;
        var cos = Shapes.require("rotary", "cos", cosIn, x.rows(), half);
        var sin = Shapes.require("rotary", "sin", sinIn, x.rows(), half);
        var out = Shapes.require("rotary", "out", outIn, x.rows(), x.columns());
        if (x.isEmpty()) {
            return;
        }
        for (var head = 0; head < x.columns(); head += headDim) {
            try (var t = new Temporaries()) {
                var first = x.columns(head, half).array();
                var second = x.columns(head + half, half).array();
                var sine = inverse ? t.own(sin.array().neg()) : sin.array();
                var left = t.own(first.mul(cos.array())).subi(t.own(second.mul(sine)));
                var right = t.own(second.mul(cos.array())).addi(t.own(first.mul(sine)));
                out.columns(head, half).array().assign(left);
                out.columns(head + half, half).array().assign(right);
            }
        }
    }
}
