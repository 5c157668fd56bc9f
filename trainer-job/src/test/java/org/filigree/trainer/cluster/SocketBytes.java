package org.filigree.trainer.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.regex.Pattern;

/**
 * Bytes that processes have received, by the kernel's own count for each TCP connection ({@code ss -i}). What a connection
 * receives between the last look and its end is missed.
 */
final class SocketBytes {

    private static final Pattern OWNER = Pattern.compile("pid=(\\d+)");
    private static final Pattern RECEIVED = Pattern.compile(" bytes_received:(\\d+)");

    private record Socket(long pid, String ends) {}

    private final Map<Socket, Long> seen = new HashMap<>();

    void look() throws IOException {
        var ss = new ProcessBuilder("ss", "-tinpOH").redirectErrorStream(true).start();
        var lines = new String(ss.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        lines.lines().forEach(this::see);
        if (seen.isEmpty()) {
            throw new IOException("wanted connections with bytes_received of ss -tinpOH, found: " + lines);
        }
    }

    private void see(String line) {
        var owner = OWNER.matcher(line);
        var received = RECEIVED.matcher(line);
        if (owner.find() && received.find()) {
            var columns = line.split("\\s+", -1);
            seen.merge(
                    new Socket(Long.parseLong(owner.group(1)), columns[3] + " " + columns[4]),
                    Long.parseLong(received.group(1)),
                    Math::max);
        }
    }

    long received(LongPredicate process) {
        return seen.entrySet().stream()
                .filter(socket -> process.test(socket.getKey().pid()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
