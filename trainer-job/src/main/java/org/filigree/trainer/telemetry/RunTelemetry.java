package org.filigree.trainer.telemetry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkContext;
import org.filigree.trainer.run.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells Spark and the log how a run goes, from the thread that opened it, until it is closed. */
public final class RunTelemetry implements Telemetry, AutoCloseable {

    static final String RUN = "mdc.filigree.run";
    static final String ROUND = "mdc.filigree.round";

    private static final Logger LOG = LoggerFactory.getLogger(RunTelemetry.class);

    private final SparkContext spark;
    private final String run;
    private final String adapter;
    private final LogContext context;
    private final List<Telemetry> others = new ArrayList<>();

    public RunTelemetry(SparkContext spark, String run, String adapter) {
        this.spark = spark;
        this.run = run;
        this.adapter = adapter;
        context = new LogContext(spark);
        context.put(RUN, run);
    }

    /** From here on what is logged belongs to this round, on executors too. */
    @Override
    public void round(int round) {
        context.put(ROUND, Integer.toString(round));
        others.forEach(other -> other.round(round));
    }

    /** All further events go to {@code other} too. */
    public void add(Telemetry other) {
        others.add(other);
    }

    @Override
    public void resumed(List<ObjectNode> earlier) {
        others.forEach(other -> other.resumed(earlier));
    }

    @Override
    public void tell(ObjectNode event) {
        LOG.info("{}", event);
        spark.listenerBus().post(new RunEvent(run, adapter, event));
        others.forEach(other -> other.tell(event));
    }

    @Override
    public void saved() {
        others.forEach(Telemetry::saved);
    }

    @Override
    public void ended(Outcome.Status status) {
        others.forEach(other -> other.ended(status));
    }

    @Override
    public void close() {
        context.close();
    }
}
