package org.filigree.trainer.simulation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.IdentityHashMap;
import java.util.Optional;
import org.filigree.format.Sha256;
import org.filigree.trainer.run.CheckpointStore;
import org.filigree.trainer.run.Outcome;

/** What files say, each read once; a file that is not whole says nothing. Bytes on the disk never change in place. */
final class Parsed {

    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final IdentityHashMap<byte[], String> digests = new IdentityHashMap<>();
    private final IdentityHashMap<byte[], Optional<CheckpointStore.Manifest>> manifests = new IdentityHashMap<>();
    private final IdentityHashMap<byte[], Optional<Outcome>> outcomes = new IdentityHashMap<>();

    String digest(byte[] bytes) {
        return digests.computeIfAbsent(bytes, Sha256::of);
    }

    /** @param bytes may be null */
    Optional<CheckpointStore.Manifest> manifest(byte[] bytes) {
        return manifests.computeIfAbsent(bytes, found -> whole(found, CheckpointStore.Manifest.class));
    }

    /** @param bytes may be null */
    Optional<Outcome> outcome(byte[] bytes) {
        return outcomes.computeIfAbsent(bytes, found -> whole(found, Outcome.class));
    }

    private static <T> Optional<T> whole(byte[] bytes, Class<T> type) {
        if (bytes == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(bytes, type));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
