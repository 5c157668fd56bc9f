package org.filigree.trainer.input;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Memory that this machine, or the container it runs in, can still give. */
final class HostMemory {

    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final Path CGROUP = Path.of("/sys/fs/cgroup");

    private HostMemory() {}

    /** Bytes; empty where the system does not tell. */
    static OptionalLong available() throws IOException {
        if (!Files.isReadable(MEMINFO)) {
            return OptionalLong.empty();
        }
        var machine = Files.readAllLines(MEMINFO).stream()
                .filter(line -> line.startsWith("MemAvailable:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst();
        return machine.isEmpty() ? machine : OptionalLong.of(Math.min(machine.getAsLong(), container()));
    }

    /** What the control group (version 2) leaves; no limit where it sets none. */
    private static long container() throws IOException {
        var limit = CGROUP.resolve("memory.max");
        var used = CGROUP.resolve("memory.current");
        if (!Files.isReadable(limit) || !Files.isReadable(used)) {
            return Long.MAX_VALUE;
        }
        var text = Files.readString(limit).strip();
        return text.equals("max")
                ? Long.MAX_VALUE
                : Long.parseLong(text) - Long.parseLong(Files.readString(used).strip());
    }
}
