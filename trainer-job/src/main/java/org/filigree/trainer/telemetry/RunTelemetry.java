package org.filigree.trainer.telemetry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells Spark and the log how a run goes, from the thread that opened it, until it is closed. */
public final class RunTelemetry implements AutoCloseable {

    static final String RUN = "mdc.filigree.run";
    static final String ROUND = "mdc.filigree.round";

    private static final Logger LOG = LoggerFactory.getLogger(RunTelemetry.class);

    private final SparkContext spark;
    private final String run;
    private final String adapter;
    private final LogContext context;
    private final List<Hearer> hearers = new ArrayList<>();

    public RunTelemetry(SparkContext spark, String run, String adapter) {
        this.spark = spark;
        this.run = run;
        this.adapter = adapter;
        context = new LogContext(spark);
        context.put(RUN, run);
    }

    /** From here on what is logged belongs to this round, on executors too. */
    public void round(int round) {
        context.put(ROUND, Integer.toString(round));
    }

    /** Somebody beside Spark who is told. */
    public interface Hearer {

        void tell(ObjectNode event);

        /** All that was told so far is in a checkpoint, so it will not be told again. */
        void saved();
    }

    /** All further events go to {@code hearer} too. */
    public void add(Hearer hearer) {
        hearers.add(hearer);
    }

    public void saved() {
        hearers.forEach(Hearer::saved);
    }

    public void tell(ObjectNode event) {
        LOG.info("{}", event);
        spark.listenerBus().post(new RunEvent(run, adapter, event));
        hearers.forEach(hearer -> hearer.tell(event));
    }

    @Override
    public void close() {
        context.close();
    }
}
