package org.filigree.trainer.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SignalUtils;
import org.filigree.cluster.Signal;
import org.filigree.config.FiligreeException;
import org.filigree.config.RunConfigReader;
import org.filigree.trainer.Filigree;
import org.filigree.trainer.Progress;
import org.filigree.trainer.round.RoundLoop;

/**
 * A driver that stops itself, as SIGSTOP does, at a place of its run: {@code between N}, after round N; {@code round N}, while
 * a task of it runs; {@code checkpoint N}, half through its state. Then it may be killed there, or told to go on.
 */
final class PausedDriver {

    static final String PAUSED = "paused: ";

    private PausedDriver() {}

    public static void main(String[] arguments) throws IOException {
        var yaml = Path.of(arguments[0]);
        var place = arguments[1];
        var number = Integer.parseInt(arguments[2]);
        if (place.equals("checkpoint")) {
            System.setProperty(PausedDisk.ROUND, arguments[2]);
        }
        var config = RunConfigReader.read(yaml.toString(), Files.readString(yaml), List.of(), Map.of());
        try (var spark = SparkSession.builder().getOrCreate()) {
            if (place.equals("round")) {
                spark.sparkContext().addSparkListener(new RoundTasks() {
                    @Override
                    void started(Started task) {
                        if (task.round() == number) {
                            pause("a task of round %d runs".formatted(number));
                        }
                    }
                });
            }
            Filigree.train(spark, config, new Progress() {
                @Override
                public void round(RoundLoop.Report report, double seconds) {
                    System.out.println("told round " + report.round());
                    if (place.equals("between") && report.round() == number) {
                        pause("after round %d".formatted(number));
                    }
                }
            });
        } catch (FiligreeException e) {
            System.out.println(e.getMessage());
            System.exit(e.code().exit());
        }
    }

    static void pause(String where) {
        System.out.println(PAUSED + where);
        var resumed = new CountDownLatch(1);
        SignalUtils.register("CONT", () -> {
            resumed.countDown();
            return true;
        });
        try {
            Signal.STOP.send(ProcessHandle.current());
            // The signal is sent before every thread has stopped: this one would go on until it notices.
            resumed.await();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
