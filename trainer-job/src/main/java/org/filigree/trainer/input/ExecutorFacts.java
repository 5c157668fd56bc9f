package org.filigree.trainer.input;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.OptionalLong;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.filigree.model.DataType;

/**
 * What an executor says of itself before a base is loaded there.
 *
 * @param lanes that its engine cuts a batch into
 * @param headChunk tokens whose logits its engine makes at once
 * @param reason engine, device, type and threads, in one line
 * @param available bytes of memory that its machine or container can still give; empty where the system does not tell
 */
record ExecutorFacts(String device, DataType type, int lanes, int headChunk, String reason, OptionalLong available) {

    private static final String BETWEEN = "\n";

    /** Asks one executor, by a job of one task. */
    static ExecutorFacts ask(JavaSparkContext spark, BaseSettings base, int vocabulary) {
        var said = spark.parallelize(List.of(0), 1)
                .map(new Question(base, vocabulary))
                .collect()
                .get(0)
                .split(BETWEEN, -1);
        return new ExecutorFacts(
                said[0],
                DataType.valueOf(said[1]),
                Integer.parseInt(said[2]),
                Integer.parseInt(said[3]),
                said[4],
                said[5].isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(said[5])));
    }

    private static final class Question implements Function<Integer, String> {
        private static final long serialVersionUID = 1;

        private final BaseSettings base;
        private final int vocabulary;

        Question(BaseSettings base, int vocabulary) {
            this.base = base;
            this.vocabulary = vocabulary;
        }

        @Override
        public String call(Integer task) {
            var choice = base.choose();
            try (var kernels = choice.open()) {
                var available = HostMemory.available();
                return String.join(
                        BETWEEN,
                        choice.device(),
                        choice.type().name(),
                        Integer.toString(kernels.lanes()),
                        Integer.toString(kernels.headChunk(vocabulary)),
                        choice.reason(),
                        available.isEmpty() ? "" : Long.toString(available.getAsLong()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
