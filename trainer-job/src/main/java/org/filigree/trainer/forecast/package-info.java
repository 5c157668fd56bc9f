/** What a run will need and move, told before anything starts: arithmetic on sizes, without Spark and without an engine. */
package org.filigree.trainer.forecast;
