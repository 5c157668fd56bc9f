package org.filigree.trainer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.filigree.config.FiligreeException;
import org.filigree.format.Sha256;
import org.filigree.trainer.input.RunSetup;

/**
 * What decides a run's numbers and does not stand in its configuration: the start event tells it, and a resumed run must
 * find the same.
 *
 * @param base of its configuration and of every weight's value
 * @param firstValues SHA-256 of the adapter before the first step
 */
record RunInputs(String corpus, String base, String firstValues) {

    /** @param weights digest of what the executors loaded */
    static RunInputs of(RunSetup setup, String weights) {
        var bytes = ByteBuffer.allocate(Math.multiplyExact(setup.start().length, Float.BYTES));
        bytes.asFloatBuffer().put(setup.start());
        return new RunInputs(
                setup.corpus().manifest().fingerprint(),
                Sha256.of((setup.settings().fingerprint() + weights).getBytes(StandardCharsets.UTF_8)),
                Sha256.of(bytes.array()));
    }

    void tell(ObjectNode start) {
        start.put("corpus", corpus).put("base", base).put("first_values", firstValues);
    }

    /** @throws FiligreeException when one has changed since: its rounds would not fit those before */
    void requireSame(ObjectNode start) {
        var now = JsonNodeFactory.instance.objectNode();
        tell(now);
        for (var input : now.properties()) {
            var then = start.path(input.getKey());
            if (!input.getValue().equals(then)) {
                throw new FiligreeException(
                        FiligreeException.Code.CONFIGURATION,
                        "the run's %s has changed since it began (%s then, %s now); give the new one another run id"
                                .formatted(input.getKey(), then, input.getValue()));
            }
        }
    }
}
