package org.filigree.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The spark-submit commands that the scripts come to, told by a spark-submit that only prints what it was given. */
class SubmitScriptsTest {

    private static final String CONFIGURATION = "conf/sql-table.yaml";

    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();

    /** The options of a spark-submit command, and what follows the jar. */
    private record Command(Map<String, String> options, Map<String, String> conf, String jar, List<String> arguments) {

        static Command of(List<String> words) {
            var options = new HashMap<String, String>();
            var conf = new HashMap<String, String>();
            var i = 0;
            for (; words.get(i).startsWith("--"); i += 2) {
                var value = words.get(i + 1);
                if (words.get(i).equals("--conf")) {
                    conf.put(value.substring(0, value.indexOf('=')), value.substring(value.indexOf('=') + 1));
                } else {
                    options.put(words.get(i), value);
                }
            }
            return new Command(options, conf, words.get(i), words.subList(i + 1, words.size()));
        }
    }

    @BeforeEach
    void spark() throws IOException {
        var submit = folder.resolve("bin/spark-submit");
        Files.createDirectories(submit.getParent());
        Files.writeString(submit, "#!/usr/bin/env bash\nprintf '%s\\n' \"$@\"\n");
        assertThat(submit.toFile().setExecutable(true)).isTrue();
        environment.put("SPARK_HOME", folder.toString());
        environment.put("HADOOP_CONF_DIR", folder.toString());
    }

    private Ran run(String script, String... arguments) throws Exception {
        var command = new ArrayList<String>();
        command.add(
                Image.REPOSITORY.resolve("deploy/spark-submit").resolve(script).toString());
        command.addAll(List.of(arguments));
        return Ran.command(environment, command);
    }

    private Command submitted(String script, String... arguments) throws Exception {
        var ran = run(script, arguments);
        assertThat(ran.code()).as(ran.err()).isZero();
        return Command.of(ran.out().lines().toList());
    }

    private static void assertTrains(Command command) throws Exception {
        assertThat(SparkSettings.unknown(command.conf().keySet())).isEmpty();
        assertThat(Path.of(command.jar())).isRegularFile();
        var resolved = Ran.resolving(command.options().get("--class"), Map.of(), command.arguments());
        assertThat(resolved.err()).isEmpty();
        assertThat(resolved.out()).startsWith("run: named");
    }

    @Test
    void onAStandaloneClusterTheDriverStaysHere() throws Exception {
        var command = submitted("submit.sh", CONFIGURATION, "--set", "run=named");
        assertThat(command.options()).containsEntry("--deploy-mode", "client");
        assertTrains(command);
    }

    @Test
    void onYarnTheDriverStaysHereUnlessToldOtherwise() throws Exception {
        var command = submitted("yarn.sh", CONFIGURATION, "--set", "run=named");
        assertThat(command.options()).containsEntry("--master", "yarn").containsEntry("--deploy-mode", "client");
        assertThat(command.conf())
                .containsEntry("spark.task.cpus", command.options().get("--executor-cores"))
                .containsEntry("spark.yarn.dist.archives", "hdfs:///apps/filigree.zip#filigree")
                .containsEntry("spark.executor.extraClassPath", "filigree/*");
        assertThat(Path.of(command.options().get("--driver-class-path")).getParent())
                .isDirectory();
        assertTrains(command);
    }

    @Test
    void aDriverInAContainerOfYarnFindsItsClassesInTheArchive() throws Exception {
        environment.put("DEPLOY_MODE", "cluster");
        var file = Image.REPOSITORY.resolve(CONFIGURATION).toUri().toString().replace("file:/", "file:///");
        var command = submitted("yarn.sh", file, "--set", "run=named");
        assertThat(command.options())
                .containsEntry("--deploy-mode", "cluster")
                .containsEntry("--driver-class-path", "filigree/*");
        assertTrains(command);
    }

    @Test
    void onlyAKernelThatTheUserNamedTravels() throws Exception {
        var core = "spark.executorEnv.OPENBLAS_CORETYPE";
        assertThat(submitted("yarn.sh", CONFIGURATION).conf()).doesNotContainKey(core);
        environment.put("OPENBLAS_CORETYPE", "HASWELL");
        assertThat(submitted("yarn.sh", CONFIGURATION).conf()).containsEntry(core, "HASWELL");
        assertThat(submitted("submit.sh", CONFIGURATION).conf()).containsEntry(core, "HASWELL");
    }

    @Test
    void mistakesAreOneLine() throws Exception {
        environment.put("DEPLOY_MODE", "cluster");
        assertRefused(run("yarn.sh", CONFIGURATION), "conf/sql-table.yaml: in cluster mode");
        environment.put("DEPLOY_MODE", "sideways");
        assertRefused(run("yarn.sh", CONFIGURATION), "DEPLOY_MODE: found 'sideways'");
        environment.remove("HADOOP_CONF_DIR");
        assertRefused(run("yarn.sh", CONFIGURATION), "HADOOP_CONF_DIR is not set");
        environment.remove("SPARK_HOME");
        assertRefused(run("yarn.sh", CONFIGURATION), "SPARK_HOME: no bin/spark-submit");
        assertRefused(run("yarn.sh"), "wanted a configuration");
    }

    private static void assertRefused(Ran ran, String what) {
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err().lines()).singleElement().asString().startsWith("yarn.sh: " + what);
    }
}
