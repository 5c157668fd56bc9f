package org.filigree.trainer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.config.RunConfig.Exact;
import org.filigree.engine.Fingerprint;
import org.filigree.trainer.round.Origin;

/** Whether every result of a run came from machines that compute the same bits, and from the same weights. */
final class Exactness {

    private final Exact wanted;
    private final List<Fingerprint> machines = new ArrayList<>();
    private String weights;

    /** @param earlier machines of the rounds so far */
    Exactness(Exact wanted, List<Map<String, String>> earlier) {
        this.wanted = wanted;
        earlier.forEach(parts -> machines.add(new Fingerprint(parts)));
        if (wanted == Exact.REQUIRED && !holds()) {
            throw new FiligreeException(
                    Code.CONFIGURATION,
                    "engine.exact: required, but the rounds so far were computed on machines that differ (%s); reported goes on"
                            .formatted(String.join("; ", machines.get(0).differences(machines.get(1)))));
        }
    }

    boolean holds() {
        return machines.size() <= 1;
    }

    List<Map<String, String>> machines() {
        return machines.stream().map(Fingerprint::parts).toList();
    }

    /**
     * Hears where results come from, before they are used.
     *
     * @return one line where the run has just ceased to be exact
     * @throws FiligreeException with CONFIGURATION in one line: for other weights, and for other bits where exact ones are
     *     required
     */
    Optional<String> see(List<Origin> origins) {
        var held = holds();
        String line = null;
        for (var origin : origins) {
            checkWeights(origin);
            if (machines.contains(origin.machine())) {
                continue;
            }
            if (!machines.isEmpty() && line == null) {
                line = "%s computes other bits than the run so far: %s"
                        .formatted(
                                origin.host(), String.join("; ", machines.get(0).differences(origin.machine())));
            }
            if (line != null && wanted == Exact.REQUIRED) {
                throw new FiligreeException(Code.CONFIGURATION, "engine.exact: required, but " + line);
            }
            machines.add(origin.machine());
        }
        return held ? Optional.ofNullable(line) : Optional.empty();
    }

    private void checkWeights(Origin origin) {
        if (weights == null) {
            weights = origin.base();
        } else if (!weights.equals(origin.base())) {
            throw new FiligreeException(
                    Code.CONFIGURATION,
                    "base: %s has loaded other weights (%s) than the executors before it (%s)"
                            .formatted(origin.host(), origin.base(), weights));
        }
    }
}
