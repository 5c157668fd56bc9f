package org.filigree.trainer.nodecopy;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Two files; counts how often one is opened. {@code halfway} is called in the middle of the second. */
record CountedSource(AtomicInteger opens, Runnable halfway) implements CopySource {

    static final List<String> NAMES = List.of("config.json", "model.safetensors");
    private static final int BYTES = 300_000;

    CountedSource() {
        this(new AtomicInteger(), () -> {});
    }

    static byte[] content(String name) {
        var bytes = new byte[BYTES];
        for (var i = 0; i < BYTES; i++) {
            bytes[i] = (byte) (i * 31 + name.length());
        }
        return bytes;
    }

    @Override
    public long bytes() {
        return (long) NAMES.size() * BYTES;
    }

    @Override
    public void write(Target into) throws IOException {
        for (var name : NAMES) {
            try (var in = open(name);
                    var out = into.create(name)) {
                in.transferTo(out);
            }
        }
    }

    private InputStream open(String name) {
        opens.incrementAndGet();
        return new FilterInputStream(new ByteArrayInputStream(content(name))) {
            @Override
            public int read(byte[] into, int from, int count) throws IOException {
                if (name.equals(NAMES.get(1)) && available() <= BYTES / 2) {
                    halfway.run();
                }
                return super.read(into, from, Math.min(count, BYTES / 4));
            }
        };
    }

    @Override
    public String describe() {
        return "counted";
    }
}
