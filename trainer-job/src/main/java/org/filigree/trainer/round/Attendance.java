package org.filigree.trainer.round;

import java.util.List;
import java.util.stream.IntStream;
import org.filigree.config.RunConfig;

/**
 * Whom a round waits for.
 *
 * @param expected workers that take part, in order
 * @param enough fewest of them that it goes on with, once the deadline has passed
 * @param deadlineSeconds from its start
 */
public record Attendance(List<Integer> expected, int enough, double deadlineSeconds) {

    /** For all of so many workers, however long it takes. */
    public static Attendance all(int workers) {
        return exactly(IntStream.range(0, workers).boxed().toList());
    }

    /** For these and no others, however long it takes. */
    public static Attendance exactly(List<Integer> workers) {
        return new Attendance(List.copyOf(workers), workers.size(), Double.POSITIVE_INFINITY);
    }

    static Attendance quorum(int workers, RunConfig.Quorum quorum) {
        return new Attendance(all(workers).expected(), quorum.minWorkers(), quorum.deadlineSeconds());
    }

    /** @throws IllegalArgumentException when these are not the workers of a round that it waits for */
    void require(List<Integer> members) {
        if (members.size() < enough
                || !expected.containsAll(members)
                || members.stream().distinct().count() < members.size()) {
            throw new IllegalArgumentException(
                    "results of workers %s, wanted %d of %s".formatted(members, enough, expected));
        }
    }

    boolean waitsForAll() {
        return enough == expected.size();
    }
}
