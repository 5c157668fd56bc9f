package org.filigree.trainer.telemetry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * An event of a run on Spark's listener bus, as it happens, and so in Spark's event log. A history server, which does not
 * know this class, passes over it.
 *
 * @param told what stands in events.jsonl
 */
public record RunEvent(String run, String adapter, ObjectNode told) implements SparkListenerEvent {}
