package org.filigree.trainer.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A real Spark cluster on this machine: a master and workers as processes of their own, each worker on an address of its
 * own (127.0.0.2, 127.0.0.3 ...), all of them, and the executors, on the class path of the test. Every port is free.
 */
public final class StandaloneCluster implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(40);
    private static final Duration STOP = Duration.ofSeconds(10);
    private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://\\S+)");
    private static final Pattern REGISTERED = Pattern.compile("Successfully registered with master");

    private final Path folder;
    private final int cores;
    private final List<Process> workers = new ArrayList<>();
    private final Thread hook = new Thread(this::kill, "cluster-kill");
    private Process master;
    private String url;

    private StandaloneCluster(int cores) throws IOException {
        this.cores = cores;
        folder = Files.createTempDirectory("filigree-cluster");
        // A Spark home for the workers: they want its jars folder, but the executors' classes are the test's.
        Files.createDirectories(folder.resolve("home/jars"));
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Starts the cluster and returns once every worker has registered. */
    public static StandaloneCluster start(int workers, int coresPerWorker) throws IOException, InterruptedException {
        var cluster = new StandaloneCluster(coresPerWorker);
        try {
            cluster.startMaster();
            for (var worker = 0; worker < workers; worker++) {
                cluster.startWorker(worker);
            }
            for (var worker = 0; worker < workers; worker++) {
                await(cluster.workers.get(worker), cluster.log("worker" + worker), REGISTERED);
            }
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    public String masterUrl() {
        return url;
    }

    /** The address that a worker, and so its executors, have as their host. */
    public static String host(int worker) {
        return "127.0.0." + (worker + 2);
    }

    /** What a driver in this JVM needs: jobs wait until each worker has its one executor, with all the worker's cores. */
    public SparkConf sparkConf() {
        return new SparkConf(false)
                .setMaster(url)
                .setAppName("cluster")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.ui.enabled", "false")
                .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .set("spark.executor.extraClassPath", classPath())
                .set(
                        "spark.executor.defaultJavaOptions",
                        "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
                .set("spark.executor.memory", "512m")
                .set("spark.executor.cores", Integer.toString(cores))
                .set("spark.cores.max", Integer.toString(cores * workers.size()))
                .set("spark.scheduler.minRegisteredResourcesRatio", "1.0")
                .set("spark.scheduler.maxRegisteredResourcesWaitingTime", START.toSeconds() + "s")
                .setExecutorEnv("OMP_WAIT_POLICY", "passive")
                .setExecutorEnv("OPENBLAS_THREAD_TIMEOUT", "4")
                .setExecutorEnv("OPT_OUT_TRACKING", "true");
    }

    /**
     * Waits until the driver gives tasks to an executor on every worker: after a kill, for example. Only a task can tell:
     * an executor is in the driver's lists before it takes any.
     */
    public void awaitExecutors(JavaSparkContext spark) throws InterruptedException {
        var deadline = System.nanoTime() + START.toNanos();
        var slots = IntStream.range(0, cores * workers.size()).boxed().toList();
        while (spark
                        .parallelize(slots, slots.size())
                        .map(slot ->
                                SparkEnv.get().blockManager().blockManagerId().host())
                        .collect()
                        .stream()
                        .distinct()
                        .count()
                < workers.size()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("no executor on every worker after " + START);
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** The running executors of a worker; {@code destroyForcibly} is kill -9, and the worker then starts another. */
    public List<ProcessHandle> executors(int worker) {
        return workers.get(worker).children().filter(ProcessHandle::isAlive).toList();
    }

    /** Loses a whole machine: the worker and its executors, by kill -9. */
    public void killWorker(int worker) {
        var lost = workers.get(worker);
        var executors = executors(worker);
        lost.destroyForcibly();
        executors.forEach(ProcessHandle::destroyForcibly);
    }

    private void startMaster() throws IOException, InterruptedException {
        master = launch(
                "master",
                "127.0.0.1",
                "org.apache.spark.deploy.master.Master",
                List.of("--host", "127.0.0.1", "--port", "0", "--webui-port", "0"));
        url = await(master, log("master"), MASTER);
    }

    private void startWorker(int worker) throws IOException {
        var arguments = new ArrayList<>(List.of("--host", host(worker), "--port", "0", "--webui-port", "0"));
        arguments.addAll(List.of("--cores", Integer.toString(cores), "--memory", "1g"));
        arguments.addAll(List.of("--work-dir", folder.resolve("work" + worker).toString(), url));
        workers.add(launch("worker" + worker, host(worker), "org.apache.spark.deploy.worker.Worker", arguments));
    }

    private Process launch(String name, String address, String main, List<String> arguments) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.add("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
        // The lines that start() waits for are logged at INFO.
        command.add("-Dlog4j2.configurationFile=org/apache/spark/log4j2-defaults.properties");
        command.add(main);
        command.addAll(arguments);
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log(name).toFile());
        process.environment().put("CLASSPATH", classPath());
        process.environment().put("SPARK_HOME", folder.resolve("home").toString());
        process.environment().put("SPARK_SCALA_VERSION", "2.13");
        process.environment().put("SPARK_LOCAL_IP", address);
        process.environment()
                .put("SPARK_LOCAL_DIRS", folder.resolve("local-" + name).toString());
        return process.start();
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }

    private Path log(String name) {
        return folder.resolve(name + ".log");
    }

    private static String await(Process process, Path log, Pattern line) throws IOException, InterruptedException {
        var deadline = System.nanoTime() + START.toNanos();
        while (true) {
            var alive = process.isAlive();
            var text = Files.exists(log) ? Files.readString(log, UTF_8) : "";
            var found = line.matcher(text);
            if (found.find()) {
                return found.group(found.groupCount());
            }
            if (!alive || System.nanoTime() > deadline) {
                var state = alive ? "nothing after " + START : "exit code " + process.exitValue();
                throw new IllegalStateException("no '%s' in %s, %s:%n%s".formatted(line, log, state, text));
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** Stops everything, by force where it does not stop within the deadline, and deletes the cluster's files. */
    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(hook);
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(StandaloneCluster::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void kill() {
        processes().forEach(ProcessHandle::destroy);
        awaitExit(processes());
        var left = processes();
        left.forEach(ProcessHandle::destroyForcibly);
        awaitExit(left);
    }

    /** Everything that still runs, executors included. */
    private List<ProcessHandle> processes() {
        var started = new ArrayList<>(workers);
        if (master != null) {
            started.add(master);
        }
        return started.stream()
                .flatMap(process -> Stream.concat(process.descendants(), Stream.of(process.toHandle())))
                .filter(ProcessHandle::isAlive)
                .toList();
    }

    private static void awaitExit(List<ProcessHandle> processes) {
        var exits = processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(exits).get(STOP.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // The caller turns to force.
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
