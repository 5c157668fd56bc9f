package org.filigree.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The valid name that a misspelt one was meant to be. */
final class Nearest {

    private Nearest() {}

    /** The closest of the names, where one is close: a third of its letters wrong at most. */
    static Optional<String> to(String found, Collection<String> names) {
        return names.stream()
                .filter(name -> distance(found, name) <= Math.max(1, Math.min(name.length(), found.length()) / 3))
                .min(Comparator.comparingInt((String name) -> distance(found, name))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** {@code ; did you mean X?}, or nothing. */
    static String hint(String found, Collection<String> names) {
        return to(found, names).map("; did you mean %s?"::formatted).orElse("");
    }

    /** Letters inserted, deleted, replaced or swapped with their neighbour (optimal string alignment). */
    static int distance(String found, String name) {
        var a = found.toLowerCase(Locale.ROOT).replace('-', '_');
        var b = name.toLowerCase(Locale.ROOT);
        var rows = new int[a.length() + 1][b.length() + 1];
        for (var i = 0; i <= a.length(); i++) {
            for (var j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    rows[i][j] = i + j;
                    continue;
                }
                var replaced = rows[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                rows[i][j] = Math.min(replaced, 1 + Math.min(rows[i - 1][j], rows[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    rows[i][j] = Math.min(rows[i][j], 1 + rows[i - 2][j - 2]);
                }
            }
        }
        return rows[a.length()][b.length()];
    }
}
