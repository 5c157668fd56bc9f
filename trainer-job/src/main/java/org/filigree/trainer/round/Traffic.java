package org.filigree.trainer.round;

/**
 * Bytes that a round really moved, by Spark's own counts.
 *
 * @param down the broadcast as it was serialised, times the executors that ran a task of the round; an embedded one counts
 * @param up results of tasks as they were serialised, and what reducers fetched from other executors
 * @param executors that ran a task of the round
 */
public record Traffic(long down, long up, int executors) {}
