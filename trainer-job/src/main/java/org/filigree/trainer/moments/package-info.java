/** AdamW's moments of a run's workers outside of their sessions: in a JVM between rounds, in a checkpoint's files. */
package org.filigree.trainer.moments;
