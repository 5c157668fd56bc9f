package org.filigree.trainer.nodecopy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** A process of its own that fetches a copy, says "halfway" in its middle, and goes on when it is told anything. */
final class SlowFetch {

    static final String HALFWAY = "halfway";

    private SlowFetch() {}

    static Process start(Path root, String key) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SlowFetch.class.getName(),
                        root.toString(),
                        key)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    public static void main(String[] arguments) throws IOException {
        var said = new AtomicInteger();
        new NodeCopies(Path.of(arguments[0])).get(arguments[1], new CountedSource(new AtomicInteger(), () -> {
            if (said.getAndIncrement() == 0) {
                System.out.println(HALFWAY);
                try {
                    System.in.read();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }));
    }
}
