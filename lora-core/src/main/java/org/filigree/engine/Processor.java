package org.filigree.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the processor says of itself.
 *
 * @param flags instruction sets by Linux's names; empty where they cannot be known
 */
public record Processor(String model, Set<String> flags) {

    private static final Path SOURCE = Path.of("/proc/cpuinfo");

    /** What Linux calls the flags there. */
    private static final String ON_ARM = "Features";

    /** This machine's; on anything but Linux the name of the architecture and no flags. */
    public static Processor local() {
        if (!Files.exists(SOURCE)) {
            return new Processor(System.getProperty("os.arch"), Set.of());
        }
        try {
            return parse(Files.readAllLines(SOURCE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Processor parse(List<String> lines) {
        return new Processor(
                field(lines, "model name"), Set.of(field(lines, "flags", ON_ARM).split("\\s+")));
    }

    private static String field(List<String> lines, String... names) {
        return lines.stream()
                .filter(line -> Stream.of(names).anyMatch(line::startsWith))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    public boolean hasBfloat16Products() {
        return flags.contains("avx512_bf16") || flags.contains("amx_bf16");
    }

    public boolean hasAvx512() {
        return flags.contains("avx512f") && flags.contains("avx512dq") && flags.contains("avx512vl");
    }

    /** The instruction sets that libraries choose kernels by, sorted. */
    public String vectorInstructions() {
        return flags.stream()
                .filter(flag -> flag.matches("fma|avx2|avx512f|avx512_(bf16|fp16|vnni)|amx_.*|asimd|sve.*"))
                .sorted()
                .collect(Collectors.joining(" "));
    }
}
