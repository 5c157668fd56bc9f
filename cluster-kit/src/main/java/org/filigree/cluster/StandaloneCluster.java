package org.filigree.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A real Spark cluster on this machine: a master and workers as processes of their own, each worker on an address of its
 * own (127.0.0.2, 127.0.0.3 ...), all of them, and the executors, on the class path of this JVM. Every port is free.
 */
public final class StandaloneCluster implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(2);
    private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://\\S+)");
    private static final Pattern REGISTERED = Pattern.compile("Successfully registered with master");

    /** @param settings of Spark's worker */
    private record Machine(Map<String, String> environment, Map<String, String> settings) {
        static final Machine PLAIN = new Machine(Map.of(), Map.of());
    }

    private final ClusterProcesses processes = new ClusterProcesses();
    private final int cores;
    private final List<Machine> machines = new ArrayList<>();
    private final List<ClusterProcess> workers = new ArrayList<>();
    private String url;

    private StandaloneCluster(int cores) throws IOException {
        this.cores = cores;
    }

    /** Starts the cluster and returns once every worker has registered. */
    public static StandaloneCluster start(int workers, int coresPerWorker) throws IOException, InterruptedException {
        var cluster = new StandaloneCluster(coresPerWorker);
        try {
            cluster.startMaster();
            for (var worker = 0; worker < workers; worker++) {
                cluster.machines.add(Machine.PLAIN);
                cluster.workers.add(cluster.launchWorker(worker));
            }
            for (var worker : cluster.workers) {
                worker.await(REGISTERED, START);
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

    /** What a driver needs: jobs wait until each worker has its one executor, with all the worker's cores. */
    public SparkConf sparkConf() {
        return new SparkConf(false)
                .setMaster(url)
                .setAppName("cluster")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.ui.enabled", "false")
                .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .set("spark.executor.extraClassPath", ClusterProcess.classPath())
                .set(
                        "spark.executor.defaultJavaOptions",
                        "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0 " + String.join(" ", ClusterProcess.SMALL))
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
     * Starts a driver as a process of its own.
     *
     * @param name of its log
     * @param settings of Spark, above {@link #sparkConf}
     */
    public ClusterProcess driver(String name, Map<String, String> settings, String main, List<String> arguments)
            throws IOException {
        var conf = sparkConf();
        settings.forEach(conf::set);
        var options = new ArrayList<>(List.of("-Xmx512m", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"));
        for (var setting : conf.getAll()) {
            options.add("-D%s=%s".formatted(setting._1(), setting._2()));
        }
        return processes.start(name, "127.0.0.1", Map.of(), options, main, arguments);
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

    /** The running executors of a worker, of all applications. */
    public List<ExecutorProcess> executors(int worker) {
        return workers.get(worker)
                .handle()
                .children()
                .filter(ProcessHandle::isAlive)
                .map(process -> ExecutorProcess.of(process, workers.get(worker)))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Loses a whole machine: the worker and its executors, by SIGKILL. */
    public void killWorker(int worker) throws InterruptedException {
        // Whatever it has as a child: one that is about to become an executor too.
        var executors = workers.get(worker).handle().children().toList();
        var status = workers.get(worker).kill();
        executors.forEach(ProcessHandle::destroyForcibly);
        executors.forEach(executor -> executor.onExit().join());
        if (status != ClusterProcess.KILLED) {
            throw new IllegalStateException("worker %d had ended before, with code %d".formatted(worker, status));
        }
    }

    /**
     * Starts one more worker, on a machine that is not like the others, and returns once it has registered.
     *
     * @param environment that its executors inherit
     * @param settings {@code spark.worker...}
     */
    public void addWorker(Map<String, String> environment, Map<String, String> settings)
            throws IOException, InterruptedException {
        machines.add(new Machine(environment, settings));
        workers.add(launchWorker(workers.size()));
        workers.get(workers.size() - 1).await(REGISTERED, START);
    }

    /** Starts a worker that was killed, and returns once it has registered. */
    public void startWorker(int worker) throws IOException, InterruptedException {
        if (workers.get(worker).isAlive()) {
            throw new IllegalStateException("worker %d is alive".formatted(worker));
        }
        workers.set(worker, launchWorker(worker));
        workers.get(worker).await(REGISTERED, START);
    }

    private void startMaster() throws IOException, InterruptedException {
        url = daemon(
                        "master",
                        "127.0.0.1",
                        "org.apache.spark.deploy.master.Master",
                        List.of("--host", "127.0.0.1", "--port", "0", "--webui-port", "0"),
                        Machine.PLAIN)
                .await(MASTER, START)
                .group(1);
    }

    private ClusterProcess launchWorker(int worker) throws IOException {
        var arguments = new ArrayList<>(List.of("--host", host(worker), "--port", "0", "--webui-port", "0"));
        arguments.addAll(List.of("--cores", Integer.toString(cores), "--memory", "1g"));
        arguments.addAll(List.of(
                "--work-dir", processes.folder().resolve("work" + worker).toString(), url));
        return daemon(
                "worker%d-%d".formatted(worker, processes.count()),
                host(worker),
                "org.apache.spark.deploy.worker.Worker",
                arguments,
                machines.get(worker));
    }

    private ClusterProcess daemon(String name, String address, String main, List<String> arguments, Machine machine)
            throws IOException {
        // The lines that are waited for are logged at INFO.
        var options = new ArrayList<>(
                List.of("-Xmx256m", "-Dlog4j2.configurationFile=org/apache/spark/log4j2-defaults.properties"));
        machine.settings().forEach((setting, value) -> options.add("-D%s=%s".formatted(setting, value)));
        return processes.start(name, address, machine.environment(), options, main, arguments);
    }

    /** Stops everything, by force where it does not stop within the deadline, and deletes the cluster's files. */
    @Override
    public void close() {
        processes.close();
    }
}
