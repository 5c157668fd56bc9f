package org.filigree.trainer.round;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.filigree.config.RunConfig.Aggregation;
import org.filigree.config.RunConfig.InnerState;
import org.filigree.engine.Fingerprint;
import org.filigree.trainer.averaging.AveragingRules;
import org.filigree.trainer.averaging.InOrder;
import org.filigree.trainer.averaging.WireFormat;
import org.junit.jupiter.api.Test;
import scala.Tuple2;

/** A worker's task that ran again elsewhere, after one reducer had fetched its part and before another had. */
class SliceOriginsTest {

    private static final int SLICES = 2;
    private static final Origin HERE = new Origin("here", "base", Fingerprint.of("one machine"));
    private static final Origin ELSEWHERE = new Origin("elsewhere", "base", Fingerprint.of("another"));

    private final TinyInput input = new TinyInput(0, false);
    private final AveragingRules rules =
            new AveragingRules(true, WireFormat.FLOAT32, InnerState.RESET, Aggregation.FACTORS, 1);
    private final RoundPlan plan =
            new RoundPlan(1, rules, new int[1][1][0], new int[1][1], 0, 1, 1, new double[1], 0, 0, 0, 0, 0);

    /** Not finite, so that nothing is averaged. */
    private SliceResult reduced(int slice, Origin origin) {
        var part = new RoundResult(0, 0, origin, new double[1], new long[1], RoundResult.NOTHING_REPLAYED, new byte[0]);
        return new SliceTask(input, plan, SLICES, null)
                .call(List.of(new Tuple2<>(SliceKey.of(slice, 0), part)).iterator())
                .next();
    }

    @Test
    void everyMachineThatASliceComesFromIsSeen() {
        var adapter = input.plan(null);
        var sum = RoundSum.ofSlices(
                rules.wire(rules.trained(adapter)),
                adapter.layout().size(),
                Attendance.all(plan.workers()),
                List.of(reduced(1, ELSEWHERE), reduced(0, HERE)),
                null,
                InOrder.ON_THE_CALLERS_THREAD);
        assertThat(sum.origins()).containsExactly(HERE, ELSEWHERE);
        assertThat(sum.members()).containsExactly(0);
    }
}
