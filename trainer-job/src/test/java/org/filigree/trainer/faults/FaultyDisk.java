package org.filigree.trainer.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;
import org.apache.spark.SparkEnv;

/** The local disk under a scheme of its own, with something wrong in what it writes, in whichever process that is. */
abstract class FaultyDisk extends RawLocalFileSystem {

    private static final String FOLDER = "fs.faulty.folder";
    private static final String FILE = "fs.faulty.file";

    /**
     * What a process has met.
     *
     * @param process an executor's id, or "driver"
     * @param file its name
     */
    record Met(String fault, String process, String file) {}

    /**
     * Spark's settings of a driver.
     *
     * @param run the run's folder
     * @param file with which it begins: a part of its path
     */
    static Map<String, String> settings(
            Class<? extends FaultyDisk> disk,
            String scheme,
            java.nio.file.Path run,
            String file,
            Map<String, String> more) {
        var settings = new HashMap<>(Map.of(FOLDER, run.toString(), FILE, file));
        settings.put("fs.%s.impl".formatted(scheme), disk.getName());
        settings.putAll(more);
        var ofSpark = new HashMap<String, String>();
        settings.forEach((key, value) -> ofSpark.put("spark.hadoop." + key, value));
        return ofSpark;
    }

    /** All that processes have met in a run, in order. */
    static List<Met> met(java.nio.file.Path run) throws IOException {
        return Files.readAllLines(diary(run)).stream()
                .map(line -> line.split(" ", 3))
                .map(part -> new Met(part[0], part[1], part[2]))
                .toList();
    }

    private static java.nio.file.Path diary(java.nio.file.Path run) {
        return run.resolveSibling(run.getFileName() + ".diary");
    }

    final void tell(String fault, Path path) throws IOException {
        Files.writeString(
                diary(folder()),
                "%s %s %s%n".formatted(fault, SparkEnv.get().executorId(), path.getName()),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** The run's. */
    final java.nio.file.Path folder() {
        return java.nio.file.Path.of(getConf().get(FOLDER));
    }

    final boolean beginsWith(Path path) {
        return path.toString().contains(getConf().get(FILE));
    }

    /** What the writer of the file gets in place of the disk's own stream. */
    abstract OutputStream faulty(Path path, OutputStream disk);

    /** Hadoop's own constructor asks for it already. */
    @Override
    public abstract String getScheme();

    @Override
    public URI getUri() {
        return URI.create(getScheme() + ":///");
    }

    @Override
    public FSDataOutputStream create(
            Path path, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
            throws IOException {
        return new FSDataOutputStream(
                faulty(path, super.create(path, overwrite, bufferSize, replication, blockSize, progress)), null);
    }
}
