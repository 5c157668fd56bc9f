package org.filigree.engine.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.filigree.engine.AdamWStep;
import org.filigree.engine.Base;
import org.filigree.engine.Batch;
import org.filigree.engine.SessionOptions;
import org.filigree.engine.kit.ReferenceCase;
import org.filigree.model.DataType;
import org.filigree.text.TokenRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ND4J is known to leak for every shape it meets (deeplearning4j#7148); nothing here may. */
class Dl4jMemoryTest {

    private static final int STEPS = 1000;
    private static final int WARM_UP = 200;

    @TempDir
    private Path folder;

    @Test
    void aThousandStepsOfVaryingLengthLeaveResidentMemoryFlat() throws IOException {
        var reference = new ReferenceCase("llama", folder);
        var model = reference.model();
        try (var kernels = new Dl4jEngine().open("cpu", DataType.FLOAT32, 2);
                var base = Base.load(kernels, model.spec(), model);
                var session = base.session(SessionOptions.DEFAULT)) {
            var plan = reference.plan(model);
            session.put(0, plan, reference.end(plan));
            var before = 0L;
            for (var step = 1; step <= STEPS; step++) {
                // Every length up to 60 tokens, so that the last steps meet shapes that the warm-up did not.
                var length = 3 + step * 7 % (step <= WARM_UP ? 40 : 58);
                var losses = session.accumulate(
                        batch(length, step % 3 + 1, model.spec().vocabulary()));
                session.update(0, new AdamWStep(step, 1e-4, 0.9, 0.999, 1e-8, 0, 1.0 / losses.tokens()));
                if (step == WARM_UP) {
                    before = settled();
                }
            }
            // The heap is as large as the collector likes; what is not heap must not grow with steps or shapes.
            assertThat(settled() - before).as("bytes of growth").isLessThan(8L << 20);
        }
    }

    private static Batch batch(int length, int rows, int vocabulary) {
        var ids = IntStream.range(0, length).map(i -> i * 31 % vocabulary).toArray();
        return Batch.of(IntStream.range(0, rows)
                .mapToObj(row -> new Batch.Placed(0, row, TokenRow.of(ids, ids)))
                .toList());
    }

    /** Resident bytes that are not Java's heap. */
    private static long settled() throws IOException {
        System.gc();
        return statusKilobytes("VmRSS:") * 1024 - Runtime.getRuntime().totalMemory();
    }

    private static long statusKilobytes(String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(field))
                .flatMap(line -> Arrays.stream(line.split("\\s+")))
                .filter(word -> word.matches("\\d+"))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow();
    }
}
