package org.filigree.trainer.round;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import org.filigree.engine.Fingerprint;

/**
 * Where a result comes from, and so what decided its bits beside the plan.
 *
 * @param base digest of the weights that it was computed with
 */
public record Origin(String host, String base, Fingerprint machine) {

    private static final String BETWEEN = "\n";

    /** One of each machine and base, as hosts that compute the same bits are many. */
    static List<Origin> ofEachKind(List<RoundResult> results) {
        var kinds = new LinkedHashMap<List<Object>, Origin>();
        results.stream()
                .map(RoundResult::origin)
                .forEach(origin -> kinds.putIfAbsent(List.of(origin.base(), origin.machine()), origin));
        return List.copyOf(kinds.values());
    }

    byte[] toBytes() {
        return String.join(BETWEEN, host, base, machine.lines()).getBytes(StandardCharsets.UTF_8);
    }

    static Origin fromBytes(ByteBuffer bytes) {
        var lines = StandardCharsets.UTF_8.decode(bytes).toString().split(BETWEEN, 3);
        return new Origin(lines[0], lines[1], Fingerprint.parse(lines[2]));
    }
}
