package org.filigree.trainer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigChanges;
import org.filigree.format.Sha256;
import org.filigree.trainer.input.RunSetup;

/**
 * What decides a run's numbers: the start event tells it, and a resumed run must find the same.
 *
 * @param configuration SHA-256 of the fields that must not change. RunFolder names those that did, by run.yaml; this holds
 *     where run.yaml was cut off
 * @param base of its configuration and of every weight's value
 * @param firstValues SHA-256 of the adapter before the first step
 */
record RunInputs(String configuration, String corpus, String base, String firstValues) {

    static RunInputs of(RunConfig config, RunSetup setup) {
        var bytes = ByteBuffer.allocate(Math.multiplyExact(setup.start().length, Float.BYTES));
        bytes.asFloatBuffer().put(setup.start());
        return new RunInputs(
                configuration(config),
                setup.corpus().manifest().fingerprint(),
                setup.settings().fingerprint(),
                Sha256.of(bytes.array()));
    }

    static String configuration(RunConfig config) {
        return Sha256.of(RunConfigChanges.lasting(config).getBytes(StandardCharsets.UTF_8));
    }

    /** @param weights digest of what the executors loaded */
    RunInputs on(String weights) {
        return new RunInputs(
                configuration, corpus, Sha256.of((base + weights).getBytes(StandardCharsets.UTF_8)), firstValues);
    }

    void tell(ObjectNode start) {
        start.put("configuration", configuration)
                .put("corpus", corpus)
                .put("base", base)
                .put("first_values", firstValues);
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
