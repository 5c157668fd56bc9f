package org.filigree.engine.dl4j;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The processor's name, for the fingerprint. */
final class CpuModel {

    private static final Path SOURCE = Path.of("/proc/cpuinfo");

    private CpuModel() {}

    static String local() {
        try {
            return Files.readAllLines(SOURCE).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }
}
