package org.filigree.engine.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.filigree.engine.Arena;
import org.filigree.engine.AttentionShape;
import org.filigree.engine.Buffer;
import org.filigree.engine.Segments;
import org.filigree.lora.CounterRandom;
import org.filigree.model.DataType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On the CPU, where the kernel that the kit has judged takes the same documents one by one. */
class AlikeDocumentsTest {

    private static final int KEY_HEADS = 2;
    private static final int HEAD_DIM = 8;
    private static final int LENGTH = 7;
    private static final Segments THREE = Segments.of(0, LENGTH, 2 * LENGTH, 3 * LENGTH);

    private Arena arena;
    private int drawn;

    @BeforeEach
    void open() {
        arena = new LibTorchEngine().open("cpu", DataType.FLOAT32, 2).arena();
    }

    @AfterEach
    void close() {
        arena.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void queryHeadsOfAKeyHeadGoTogether(int group) {
        bothAgree(shape(group, true, 0), THREE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 30})
    void aWindowHidesWhatLiesBeforeIt(int window) {
        bothAgree(shape(2, true, window), THREE);
    }

    @Test
    void withoutAMaskEveryKeyIsSeen() {
        bothAgree(shape(2, false, 0), THREE);
    }

    @Test
    void newQueriesSeeThePast() {
        bothAgree(shape(2, true, 0), new Segments(new int[] {0, 2, 4}, new int[] {0, 9, 18}));
    }

    @Test
    void onlyNeighboursOfOneLengthGoTogether() {
        var segments = Segments.of(0, 3, 6, 10, 14, 17);
        assertThat(AlikeDocuments.from(shape(1, true, 0), segments, 0).documents())
                .isEqualTo(2);
        assertThat(AlikeDocuments.from(shape(1, true, 0), segments, 2).documents())
                .isEqualTo(2);
        assertThat(AlikeDocuments.from(shape(1, true, 0), segments, 4).documents())
                .isEqualTo(1);
    }

    @Test
    void noMoreGoTogetherThanThereIsRoomFor() {
        var segments = Segments.of(0, 4096, 8192, 12288, 32768);
        assertThat(AlikeDocuments.from(shape(1, true, 0), segments, 0).documents())
                .isEqualTo(2);
        assertThat(AlikeDocuments.from(shape(1, true, 0), segments, 3)).isNull();
    }

    private static AttentionShape shape(int group, boolean causal, int window) {
        return new AttentionShape(group * KEY_HEADS, KEY_HEADS, HEAD_DIM, 0.4, causal, window);
    }

    private void bothAgree(AttentionShape shape, Segments segments) {
        var queries = segments.queries()[segments.count()];
        var keys = segments.keys()[segments.count()];
        var width = shape.heads() * HEAD_DIM;
        var keyWidth = KEY_HEADS * HEAD_DIM;
        var q = random(queries, width);
        var k = random(keys, keyWidth);
        var v = random(keys, keyWidth);
        var dOut = random(queries, width);
        var out = random(queries, width);
        var statistics = random(queries, shape.heads());
        AttentionKernel.forward(shape, segments, q, k, v, out, statistics);
        var alike = AlikeDocuments.from(shape, segments, 0);
        assertThat(alike.documents()).isEqualTo(segments.count());
        var alikeOut = random(queries, width);
        var alikeStatistics = random(queries, shape.heads());
        alike.forward(q, k, v, alikeOut, alikeStatistics);
        same(alikeOut, out);
        same(alikeStatistics, statistics);

        var wanted = new Buffer[] {random(queries, width), random(keys, keyWidth), random(keys, keyWidth)};
        AttentionKernel.backward(shape, segments, q, k, v, out, statistics, dOut, wanted[0], wanted[1], wanted[2]);
        var found = new Buffer[] {random(queries, width), random(keys, keyWidth), random(keys, keyWidth)};
        alike.backward(q, k, v, out, statistics, dOut, found[0], found[1], found[2]);
        for (var i = 0; i < wanted.length; i++) {
            same(found[i], wanted[i]);
        }
    }

    private Buffer random(int rows, int columns) {
        var buffer = arena.allocate(DataType.FLOAT32, rows, columns);
        var values = new float[rows * columns];
        for (var i = 0; i < values.length; i++) {
            values[i] = (float) (2 * CounterRandom.uniform(CounterRandom.key(drawn), i) - 1);
        }
        drawn++;
        buffer.write(values, 0);
        return buffer;
    }

    private static void same(Buffer found, Buffer wanted) {
        assertThat(found.read()).containsExactly(wanted.read(), Offset.offset(1e-5f));
    }
}
