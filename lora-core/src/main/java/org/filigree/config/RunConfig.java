package org.filigree.config;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.filigree.lora.LoraConfig;

/**
 * One run, resolved: every default filled in, every value checked. {@code RunConfigReader} makes it from YAML. Names are
 * PEFT's under {@code adapter} and transformers' under {@code training}, in camel case here and in snake case there.
 * Paths are as given: relative ones are relative to the working directory.
 *
 * @param run the run's id: the same id goes on with an unfinished run and leaves a finished one alone
 * @param output folder that holds run folders, on any Hadoop filesystem
 */
public record RunConfig(
        String run,
        String output,
        Base base,
        EngineChoice engine,
        Data data,
        Adapter adapter,
        Training training,
        Averaging averaging,
        Evaluation evaluation,
        Checkpoint checkpoint) {

    /** The same run with another adapter. */
    public RunConfig withAdapter(Adapter other) {
        return new RunConfig(run, output, base, engine, data, other, training, averaging, evaluation, checkpoint);
    }

    /**
     * @param path a Hugging Face model folder
     * @param name what serving calls it: base_model_name_or_path of the published adapter
     * @param dtype compute type wanted
     */
    public record Base(String path, String name, Dtype dtype) {}

    public enum Dtype {
        FLOAT32,
        BFLOAT16
    }

    /**
     * @param name {@code auto} or an engine's name
     * @param device {@code auto}, {@code cpu}, {@code cuda}
     * @param threads intra-op threads, 0 for auto (the task's cpus)
     * @param exact what machines mean that compute other bits
     */
    public record EngineChoice(String name, String device, int threads, Exact exact) {}

    /** What happens when a machine joins the run that computes other bits than those before. */
    public enum Exact {
        /** The run goes on and says that it is not exact. */
        REPORTED,
        /** The run is refused. */
        REQUIRED
    }

    /**
     * @param heldOut empty lists and share 0 for none
     * @param shards folder of the token shards; null to derive one below the output folder
     * @param maxRejects share of rows that may be rejected before the job fails
     * @param tokenizer folder of tokenizer.json; null for the base's own
     */
    public record Data(
            List<Source> train,
            HeldOut heldOut,
            int maxLength,
            Overlong overlong,
            boolean packing,
            boolean shuffle,
            boolean completionOnlyLoss,
            boolean deduplicate,
            double maxRejects,
            String shards,
            String tokenizer)
            implements Serializable {}

    /** Either a share of the training rows or sources of their own. */
    public record HeldOut(double share, List<Source> sources) implements Serializable {}

    public enum Overlong {
        TRUNCATE,
        SPLIT,
        REJECT
    }

    public enum Shape {
        TEXT,
        PROMPT_COMPLETION,
        MESSAGES,
        ALPACA,
        SHAREGPT,
        SOURCE_TARGET,
        TEXT_LABEL,
        TOKENS
    }

    /**
     * Where rows come from: exactly one of path, table and sql.
     *
     * @param format a Spark data source; null to tell by the file's extension
     * @param options for the data source
     * @param columns field of the shape -> column, or a template with {@code {column}} in it
     * @param weight copies of each row relative to the other sources; 1 for all rows once
     * @param skip rows left out at the start
     * @param limit rows taken after those; 0 for all
     */
    public record Source(
            String path,
            String table,
            String sql,
            String format,
            Map<String, String> options,
            Shape shape,
            Map<String, String> columns,
            double weight,
            long skip,
            long limit)
            implements Serializable {

        /** The source as messages name it. */
        public String describe() {
            return path != null ? path : table != null ? "table " + table : sql != null ? sql : "format " + format;
        }
    }

    public enum Method {
        LORA,
        FULL
    }

    /**
     * @param lora null for {@code method: full}
     * @param initFrom a PEFT folder to start from (for full training: a model folder is the base already), or null
     */
    public record Adapter(String name, Method method, LoraConfig lora, String initFrom) {}

    public enum Schedule {
        CONSTANT,
        LINEAR,
        COSINE
    }

    /** Who else is told how a run goes. */
    public enum ReportTo {
        NONE,
        MLFLOW
    }

    /**
     * @param maxSteps -1 to go by epochs
     * @param warmupSteps steps of linear warm-up from 0
     * @param maxGradNorm 0 for no clipping
     * @param microBatchSize rows a worker computes at once; accumulation makes up the rest
     * @param gradientCheckpointing null for auto
     */
    public record Training(
            double numTrainEpochs,
            int maxSteps,
            int globalBatchSize,
            int microBatchSize,
            double learningRate,
            Schedule schedule,
            int warmupSteps,
            double weightDecay,
            double adamBeta1,
            double adamBeta2,
            double adamEpsilon,
            double maxGradNorm,
            Boolean gradientCheckpointing,
            long seed,
            ReportTo reportTo) {}

    public enum Exchange {
        GRADIENTS,
        PARAMETERS
    }

    /** How numbers travel, each way. */
    public enum Wire {
        FLOAT32,
        BFLOAT16,
        INT8
    }

    /** What a worker's AdamW moments are at the start of a round. */
    public enum InnerState {
        /** Zero. */
        RESET,
        /** The mean of what the workers had. */
        AVERAGE,
        /** The worker's own, as its last round left them. */
        KEEP
    }

    /** What is averaged. */
    public enum Aggregation {
        /** A and B, each by itself. */
        FACTORS,
        /** B alone, which is exact: A stays as it began. */
        FROZEN_A,
        /** The products B A, brought back to the adapter's rank. */
        PRODUCT
    }

    /**
     * @param workers logical workers: a part of the result, unlike executors
     * @param localSteps H, steps between averagings; 1 with exchange gradients; 0 for auto, by the drift
     * @param outer null for the plain mean
     * @param quorum null where every round waits for all workers
     */
    public record Averaging(
            int workers,
            Exchange exchange,
            int localSteps,
            Outer outer,
            Wire wire,
            InnerState innerState,
            Aggregation aggregation,
            Quorum quorum) {

        /** Every round waits for all workers. */
        public Averaging(
                int workers,
                Exchange exchange,
                int localSteps,
                Outer outer,
                Wire wire,
                InnerState innerState,
                Aggregation aggregation) {
            this(workers, exchange, localSteps, outer, wire, innerState, aggregation, null);
        }

        /** Exact data parallelism. */
        public static Averaging gradients(int workers) {
            return new Averaging(
                    workers, Exchange.GRADIENTS, 1, null, Wire.FLOAT32, InnerState.RESET, Aggregation.FACTORS);
        }

        /** The plain mean of the workers' factors after {@code localSteps} each, in float32. */
        public static Averaging parameters(int workers, int localSteps) {
            return new Averaging(
                    workers,
                    Exchange.PARAMETERS,
                    localSteps,
                    null,
                    Wire.FLOAT32,
                    InnerState.RESET,
                    Aggregation.FACTORS);
        }
    }

    /**
     * When a round goes on without some of its workers.
     *
     * @param minWorkers fewest that it goes on with
     * @param deadlineSeconds from the round's start; until then it waits for all
     */
    public record Quorum(int minWorkers, double deadlineSeconds) {}

    /** Nesterov on the averaged delta (DiLoCo, arXiv 2311.08105). */
    public record Outer(double learningRate, double momentum) {}

    /**
     * @param everyRounds 0 for only at start and end
     * @param earlyStoppingPatience evaluations without improvement; 0 for never
     */
    public record Evaluation(int everyRounds, int earlyStoppingPatience) {}

    /** @param keep newest checkpoints kept */
    public record Checkpoint(int everyRounds, int keep) {}
}
