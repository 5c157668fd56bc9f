package org.filigree.trainer.nodecopy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/** What a copy must consist of, file by file: it finds the bits that a disk lost, not those that somebody changed. */
final class CopyManifest {

    private static final String NAME = "filigree-copy.json";
    private static final int BUFFER = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param crc32c of all its bytes */
    record Entry(long bytes, long crc32c) {}

    private CopyManifest() {}

    /** Has every file written, and writes the manifest last. */
    static void fetch(CopySource source, Path into) throws IOException {
        var written = new TreeMap<String, CheckedOutputStream>();
        source.write(name -> {
            var file = Files.newOutputStream(into.resolve(name), StandardOpenOption.CREATE_NEW);
            var out = new CheckedOutputStream(file, new CRC32C());
            written.put(name, out);
            return out;
        });
        var entries = new TreeMap<String, Entry>();
        for (var file : written.entrySet()) {
            entries.put(
                    file.getKey(),
                    new Entry(
                            Files.size(into.resolve(file.getKey())),
                            file.getValue().getChecksum().getValue()));
        }
        JSON.writeValue(into.resolve(NAME).toFile(), entries);
    }

    static boolean isWhole(Path copy) throws IOException {
        if (!Files.isRegularFile(copy.resolve(NAME))) {
            return false;
        }
        Map<String, Entry> entries;
        try {
            entries = JSON.readValue(copy.resolve(NAME).toFile(), new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            return false;
        }
        for (var entry : entries.entrySet()) {
            var file = copy.resolve(entry.getKey());
            if (!Files.isRegularFile(file)
                    || Files.size(file) != entry.getValue().bytes()
                    || sum(file) != entry.getValue().crc32c()) {
                return false;
            }
        }
        return true;
    }

    private static long sum(Path file) throws IOException {
        var sum = new CRC32C();
        try (InputStream in = new CheckedInputStream(Files.newInputStream(file), sum)) {
            var buffer = new byte[BUFFER];
            while (in.read(buffer) >= 0) {
                // The stream sums what passes.
            }
        }
        return sum.getValue();
    }
}
