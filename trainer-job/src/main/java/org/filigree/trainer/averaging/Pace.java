package org.filigree.trainer.averaging;

/**
 * How many steps workers make by themselves where {@code local_steps} is auto: half as many when the drift of a round
 * passes a bound, twice as many after some rounds well below it. A function of what a checkpoint records.
 *
 * @param localSteps of the next round
 * @param calm rounds in a row with a low drift
 */
public record Pace(int localSteps, int calm) {

    /** Beyond this the mean of the factors is told to be another adapter than the workers'. */
    private static final double HIGH = 0.1;

    private static final double LOW = 0.02;

    private static final int CALM_ROUNDS = 3;
    private static final int FIRST = 8;
    private static final int MOST = 128;

    public static final Pace START = new Pace(FIRST, 0);

    /** @param drift of the round just made */
    public Pace after(double drift) {
        if (drift > HIGH) {
            return new Pace(Math.max(1, localSteps / 2), 0);
        }
        if (drift > LOW) {
            return new Pace(localSteps, 0);
        }
        return calm + 1 < CALM_ROUNDS ? new Pace(localSteps, calm + 1) : new Pace(Math.min(MOST, localSteps * 2), 0);
    }
}
