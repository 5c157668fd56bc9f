/** A run in Spark's own world: its events on Spark's listener bus, its metrics, the context of its log. */
package org.filigree.trainer.telemetry;
