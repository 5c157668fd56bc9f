package org.filigree.trainer.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;
import org.filigree.config.RunConfig.Aggregation;
import org.filigree.config.RunConfig.InnerState;
import org.filigree.engine.Fingerprint;
import org.filigree.trainer.averaging.AveragingRules;
import org.filigree.trainer.averaging.InOrder;
import org.filigree.trainer.averaging.WireFormat;
import org.junit.jupiter.api.Test;
import scala.Tuple2;
import scala.reflect.ClassTag;

/** A reduce-scatter of two workers of whom not each is there once, or none has a token. */
class SliceAttendanceTest {

    private static final Origin HERE = new Origin("here", "base", Fingerprint.of("one machine"));

    private final TinyInput input = new TinyInput(0, false);
    private final AveragingRules rules =
            new AveragingRules(false, WireFormat.FLOAT32, InnerState.RESET, Aggregation.FACTORS, 1);
    private final RoundPlan plan =
            new RoundPlan(1, rules, new int[2][1][0], new int[2][1], 0, 1, 1, new double[1], 0, 0, 0, 0, 0);

    private RoundResult result(int worker, long tokens, byte[] payload) {
        return new RoundResult(
                worker, -1, HERE, new double[1], new long[] {tokens}, RoundResult.NOTHING_REPLAYED, payload);
    }

    private byte[] zeros() {
        return new byte[Math.toIntExact(rules.wire(input.plan(null)).bytes())];
    }

    /** What the workers received, here. */
    private final class Received extends Broadcast<byte[]> {

        private static final long serialVersionUID = 1;

        Received() {
            super(0, ClassTag.apply(byte[].class));
        }

        @Override
        public byte[] getValue() {
            return zeros();
        }

        @Override
        public void doUnpersist(boolean blocking) {}

        @Override
        public void doDestroy(boolean blocking) {}
    }

    private SliceResult reduced(long tokens, int... workers) {
        var parts = Arrays.stream(workers)
                .mapToObj(worker -> new Tuple2<>(SliceKey.of(0, worker), result(worker, tokens, zeros())))
                .toList();
        return new SliceTask(input, plan, 1, new Received())
                .call(parts.iterator())
                .next();
    }

    private RoundSum sum(SliceResult slice) {
        return RoundSum.ofSlices(
                rules.wire(input.plan(null)),
                input.plan(null).layout().size(),
                Attendance.all(plan.workers()),
                List.of(slice),
                null,
                InOrder.ON_THE_CALLERS_THREAD);
    }

    @Test
    void aReducerWithoutAWorkersPartOrWithTwoIsRefused() {
        assertThatThrownBy(() -> reduced(5, 0)).hasMessage("results of workers [0], wanted 2 of [0, 1]");
        assertThatThrownBy(() -> reduced(5, 1)).hasMessage("results of workers [1], wanted 2 of [0, 1]");
        assertThatThrownBy(() -> reduced(5, 0, 1, 1)).hasMessage("results of workers [0, 1, 1], wanted 2 of [0, 1]");
    }

    @Test
    void aSumWithoutAWorkersLossesIsRefused() {
        var units = rules.wire(input.plan(null)).units().size();
        var averages = new byte[zeros().length + units * 2 * Double.BYTES];
        var slice = new SliceResult(0, List.of(result(0, 5, new byte[0])), List.of(HERE), averages);
        assertThatThrownBy(() -> sum(slice)).hasMessage("results of workers [0], wanted 2 of [0, 1]");
    }

    @Test
    void aRoundWithoutATokenIsTheDriversToRefuse() {
        var sum = sum(reduced(0, 1, 0));
        assertThat(sum.tokens()).isZero();
        assertThat(sum.members()).containsExactly(0, 1);
        assertThat(sum.sum().values()).containsOnly(0);
    }
}
