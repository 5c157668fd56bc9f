package org.filigree.lora;

/**
 * Random numbers as a pure function of what they are for: no generator, no state, so they survive retries,
 * recomputation and other engines. SplitMix64's finaliser (Steele, Lea, Flood 2014) over a Weyl sequence.
 */
public final class CounterRandom {

    private static final long WEYL = 0x9E3779B97F4A7C15L;

    private CounterRandom() {}

    /** A key from what names the draw: seed, adapter, step, row, module ... in that order. */
    public static long key(long... parts) {
        var key = WEYL;
        for (var part : parts) {
            key = mix(key ^ mix(part + WEYL));
        }
        return key;
    }

    /** A part of a key from a name. */
    public static long name(String name) {
        var hash = WEYL;
        for (var i = 0; i < name.length(); i++) {
            hash = mix(hash ^ name.charAt(i));
        }
        return hash;
    }

    /** 64 random bits: element {@code counter} of the stream {@code key}. */
    public static long bits(long key, long counter) {
        return mix(key + counter * WEYL);
    }

    /** Uniform in [0, 1), 53 bits. */
    public static double uniform(long key, long counter) {
        return (bits(key, counter) >>> 11) * 0x1.0p-53;
    }

    /** Uniform in [0, bound), unbiased enough for shuffles: the high 64 bits of a 128-bit product. */
    public static long below(long key, long counter, long bound) {
        return Math.multiplyHigh(bits(key, counter) >>> 1, bound << 1);
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
