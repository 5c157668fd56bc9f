package org.filigree.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What one driver's Spark has written to its event log so far: its jobs, with when they began and ended. A killed driver's
 * log ends where it was killed, for Spark flushes it as a job begins and ends.
 */
final class DriverEvents {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long RUNNING = Long.MAX_VALUE;

    /** @param end {@link #RUNNING} where it has not ended */
    private record Job(Doing doing, long began, long end) {}

    private final Path folder;
    private final Map<Integer, Job> jobs = new TreeMap<>();
    private long read;
    private long lastRead = System.nanoTime();
    private int tasksLost;
    private long ended = RUNNING;

    /** @param folder of this driver's log alone */
    DriverEvents(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    static Map<String, String> settings(Path folder) {
        return Map.of(
                "spark.eventLog.enabled", "true",
                "spark.eventLog.dir", folder.toUri().toString(),
                "spark.eventLog.compress", "false",
                "spark.eventLog.rolling.enabled", "false");
    }

    /** Reads what has come since. */
    DriverEvents refreshed() throws IOException {
        var log = log();
        if (log.isPresent()) {
            try (var file = new RandomAccessFile(log.get().toFile(), "r")) {
                var bytes = new byte[Math.toIntExact(file.length() - read)];
                file.seek(read);
                file.readFully(bytes);
                var whole = lastLineEnd(bytes) + 1;
                read += whole;
                lastRead = whole > 0 ? System.nanoTime() : lastRead;
                for (var line : new String(bytes, 0, whole, StandardCharsets.UTF_8)
                        .lines()
                        .toList()) {
                    add(line);
                }
            }
        }
        return this;
    }

    private static int lastLineEnd(byte[] bytes) {
        var end = bytes.length - 1;
        while (end >= 0 && bytes[end] != '\n') {
            end--;
        }
        return end;
    }

    /** The log has another name once the driver has ended well. */
    private Optional<Path> log() throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> !file.getFileName().toString().startsWith("."))
                    .findFirst();
        }
    }

    /** The application's id, once its log has begun. */
    Optional<String> application() throws IOException {
        return log().map(file -> file.getFileName().toString().replace(".inprogress", ""));
    }

    private void add(String line) throws IOException {
        if (line.startsWith("{\"Event\":\"SparkListenerJobStart\"")) {
            var job = JSON.readTree(line);
            var description =
                    job.path("Properties").path("spark.job.description").asText();
            jobs.put(
                    id(job),
                    new Job(Doing.job(description), job.path("Submission Time").longValue(), RUNNING));
        } else if (line.startsWith("{\"Event\":\"SparkListenerJobEnd\"")) {
            var end = JSON.readTree(line);
            jobs.computeIfPresent(
                    id(end),
                    (id, job) -> new Job(
                            job.doing(),
                            job.began(),
                            end.path("Completion Time").longValue()));
        } else if (line.startsWith("{\"Event\":\"SparkListenerTaskEnd\"")
                && line.contains("\"Reason\":\"ExecutorLostFailure\"")) {
            tasksLost++;
        } else if (line.startsWith("{\"Event\":\"SparkListenerApplicationEnd\"")) {
            ended = JSON.readTree(line).path("Timestamp").longValue();
        }
    }

    private static int id(JsonNode event) {
        return event.path("Job ID").intValue();
    }

    /** What it did at a time; a driver's own work, which is no job, is between. */
    Doing at(long millis) {
        for (var job : jobs.values()) {
            if (job.began() <= millis && millis <= job.end()) {
                return job.doing();
            }
        }
        return jobs.values().stream().anyMatch(job -> job.doing() == Doing.ROUND && job.end() < millis)
                ? Doing.BETWEEN
                : Doing.STARTING;
    }

    /** Whether its Spark had begun to stop, and its executors with it. */
    boolean endedBy(long millis) {
        return ended <= millis;
    }

    /** Whether a round that began after that time has ended. */
    boolean roundSince(long millis) {
        return jobs.values().stream()
                .anyMatch(job -> job.doing() == Doing.ROUND && job.began() > millis && job.end() != RUNNING);
    }

    /** When something new was read, by {@link System#nanoTime}. */
    long lastRead() {
        return lastRead;
    }

    /** Tasks that ran in an executor when it died. */
    int tasksLost() {
        return tasksLost;
    }
}
