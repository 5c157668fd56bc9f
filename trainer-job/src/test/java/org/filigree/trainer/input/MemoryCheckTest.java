package org.filigree.trainer.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.filigree.config.FiligreeException;
import org.filigree.engine.AdamWStep;
import org.filigree.engine.Base;
import org.filigree.engine.Batch;
import org.filigree.engine.Engines;
import org.filigree.engine.Kernels;
import org.filigree.engine.MemoryForecast;
import org.filigree.engine.SessionOptions;
import org.filigree.engine.kit.PlainEngine;
import org.filigree.engine.kit.ReferenceCase;
import org.filigree.model.DataType;
import org.filigree.text.TokenRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryCheckTest {

    private static final long MIB = 1 << 20;

    /** 100 MiB of base, 10 a session and one more for each 16 tokens. */
    private static final MemoryForecast FORECAST = new MemoryForecast(100 * MIB, 10 * MIB, MIB / 16, 1);

    @TempDir
    private Path folder;

    private static MemoryCheck check(int microBatch, int tasks) {
        var choice = new Engines.Choice(new PlainEngine(), "cpu", DataType.FLOAT32, 1, "");
        return new MemoryCheck(null, choice, SessionOptions.DEFAULT, new ShardInput.Load(microBatch, 128, tasks));
    }

    @Test
    void whatFitsIsLetThrough() {
        assertThatCode(() -> check(4, 1).check(FORECAST, OptionalLong.of(142 * MIB)))
                .doesNotThrowAnyException();
        assertThatCode(() -> check(4, 1).check(FORECAST, OptionalLong.empty())).doesNotThrowAnyException();
    }

    @Test
    void theLargestMicroBatchThatFitsIsTold() {
        assertThatThrownBy(() -> check(8, 1).check(FORECAST, OptionalLong.of(142 * MIB)))
                .isInstanceOf(FiligreeException.class)
                .hasMessageContaining("1 tasks with micro-batches of 8 x 128 tokens")
                .hasMessageContaining("training.micro_batch_size 4 fits");
    }

    @Test
    void everyTaskOfTheJvmCounts() {
        assertThatThrownBy(() -> check(4, 2).check(FORECAST, OptionalLong.of(142 * MIB)))
                .hasMessageContaining("training.micro_batch_size 1 fits");
    }

    /** Longer batches than a head's chunk, since that is where the two meet. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsForecastIsWhatASessionTakes(boolean recompute) throws IOException {
        var model = new ReferenceCase("llama", folder).model();
        var plan = new ReferenceCase("llama", folder.resolve("again")).plan(model);
        var options = new SessionOptions(recompute, 16);
        var forecast = MemoryForecast.of(model.spec(), plan, DataType.FLOAT64, options, 1);
        try (var kernels = new PlainEngine().open("cpu", DataType.FLOAT64, 1);
                var base = Base.load(kernels, model.spec(), model);
                var session = base.session(options)) {
            session.put(0, plan, new float[plan.layout().size()]);
            session.accumulate(batch(16, 8));
            // Shorter than a chunk of the head: it has the longer one's room.
            session.accumulate(batch(1, 8));
            session.update(0, new AdamWStep(1, 0, 0.9, 0.999, 1e-8, 0, 1));
            assertThat(forecast.base()).isEqualTo(base.bytes());
            assertThat(forecast.session(16 * 8)).isEqualTo(session.bytes());
        }
    }

    /** As an executor tells of its kernels, and Forecasts passes on. */
    @Test
    void aChunkThatTheKernelsLikeIsForecast() throws IOException {
        var model = new ReferenceCase("llama", folder).model();
        var plan = new ReferenceCase("llama", folder.resolve("again")).plan(model);
        try (var kernels = wide(new PlainEngine().open("cpu", DataType.FLOAT64, 1));
                var base = Base.load(kernels, model.spec(), model);
                var session = base.session(SessionOptions.DEFAULT)) {
            session.put(0, plan, new float[plan.layout().size()]);
            session.accumulate(batch(16, 8));
            session.update(0, new AdamWStep(1, 0, 0.9, 0.999, 1e-8, 0, 1));
            var liked = SessionOptions.DEFAULT.withHeadChunk(
                    kernels.headChunk(model.spec().vocabulary()));
            var forecast = MemoryForecast.of(model.spec(), plan, DataType.FLOAT64, liked, kernels.lanes());
            assertThat(forecast.session(16 * 8)).isEqualTo(session.bytes());
        }
    }

    private static Kernels wide(Kernels kernels) {
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(),
                new Class<?>[] {Kernels.class},
                (proxy, method, arguments) ->
                        method.getName().equals("headChunk") ? 64 : method.invoke(kernels, arguments));
    }

    private static Batch batch(int length, int rows) {
        var placed = new ArrayList<Batch.Placed>();
        for (var row = 0; row < rows; row++) {
            placed.add(new Batch.Placed(0, row, TokenRow.of(new int[length], new int[length])));
        }
        return Batch.of(List.copyOf(placed));
    }
}
