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
        return available(MEMINFO, CGROUP);
    }

    static OptionalLong available(Path meminfo, Path cgroup) throws IOException {
        if (!Files.isReadable(meminfo)) {
            return OptionalLong.empty();
        }
        var machine = number(meminfo, "MemAvailable:");
        return machine.isEmpty() ? machine : OptionalLong.of(Math.min(machine.getAsLong() * 1024, container(cgroup)));
    }

    /** Of the line that begins so. */
    private static OptionalLong number(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst();
    }

    /**
     * What the control group (version 2) leaves; no limit where it sets none. It counts the files that were read, written
     * or mapped as used: their pages are there for the asking, as in {@code MemAvailable}.
     */
    private static long container(Path cgroup) throws IOException {
        var limit = cgroup.resolve("memory.max");
        var used = cgroup.resolve("memory.current");
        if (!Files.isReadable(limit) || !Files.isReadable(used)) {
            return Long.MAX_VALUE;
        }
        var text = Files.readString(limit).strip();
        if (text.equals("max")) {
            return Long.MAX_VALUE;
        }
        return Long.parseLong(text) - Long.parseLong(Files.readString(used).strip()) + reclaimable(cgroup);
    }

    private static long reclaimable(Path cgroup) throws IOException {
        var statistics = cgroup.resolve("memory.stat");
        return Files.isReadable(statistics)
                ? number(statistics, "inactive_file ").orElse(0)
                        + number(statistics, "active_file ").orElse(0)
                : 0;
    }
}
