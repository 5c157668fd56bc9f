package org.filigree.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.Filter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The DAGs, run by Python with stand-ins for Airflow's classes that record what they are given. Templates are rendered as
 * Airflow would; the commands they come to are resolved by our own command line.
 */
class DagsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path DAGS = Image.REPOSITORY.resolve("deploy/airflow");

    /** A run's id as Airflow makes it, with characters that no folder of ours may have. */
    private static final String AIRFLOWS_RUN = "scheduled__2026-11-25T02:00:00+00:00";

    private static final String OURS = "scheduled__2026-11-25T020000_0000";

    /** Of BaseOperator. */
    private static final Set<String> ANY_OPERATOR = Set.of("task_id", "retries", "retry_delay");

    /** Of the provider's own constructor (apache-airflow-providers-apache-spark, October 2026). */
    private static final Set<String> SPARK_SUBMIT = Set.of(
            "name",
            "application",
            "java_class",
            "application_args",
            "env_vars",
            "deploy_mode",
            "driver_memory",
            "executor_memory",
            "executor_cores",
            "driver_class_path",
            "conf");

    /** Of the provider's own constructor (apache-airflow-providers-cncf-kubernetes). */
    private static final Set<String> SPARK_KUBERNETES =
            Set.of("name", "namespace", "template_spec", "reattach_on_restart", "get_logs");

    @TempDir
    private Path folder;

    private Image image;
    private Path manifest;

    @BeforeEach
    void layOut() throws IOException {
        var python = Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "python3")));
        assumeTrue(python, "no python3 on this machine: the DAGs are not run");
        image = Image.in(folder.resolve("image"));
        manifest = folder.resolve("application.json");
        JSON.writeValue(manifest.toFile(), SparkApplicationsTest.application("cpu"));
    }

    private JsonNode python(String file, String... arguments) throws Exception {
        var script = Path.of(getClass().getResource("record_dag.py").toURI());
        var command = new ArrayList<>(
                List.of("python3", script.toString(), DAGS.resolve(file).toString()));
        command.addAll(List.of(arguments));
        var ran = Ran.command(
                Map.of(
                        "FILIGREE_HOME", image.at("/opt/filigree").toString(),
                        "FILIGREE_MANIFEST", manifest.toString()),
                command);
        assertThat(ran.code()).as(ran.err()).isZero();
        return JSON.readTree(ran.out());
    }

    /** The training of a DAG, its templates rendered; the task after it reads the outcome whatever became of it. */
    private JsonNode training(String file, String operator, Set<String> known) throws Exception {
        var recorded = python(file);
        assertThat(recorded.path("operators")).hasSize(2);
        var train = recorded.path("operators").get(0);
        var outcome = recorded.path("operators").get(1).path("arguments");
        assertThat(recorded.path("edges").toString()).isEqualTo("[[\"train\",\"outcome\"]]");
        assertThat(outcome.path("trigger_rule").asText()).isEqualTo("all_done");
        assertThat(train.path("operator").asText()).isEqualTo(operator);
        train.path("arguments")
                .fieldNames()
                .forEachRemaining(name -> assertThat(name)
                        .matches(n -> known.contains(n) || ANY_OPERATOR.contains(n), "an argument of " + operator));
        var dag = recorded.path("dags").get(0).path("dag_id").asText();
        var run = "%s-train-%s".formatted(dag, OURS);
        assertThat(rendered(outcome.path("op_args").get(0).asText(), dag)).endsWith("/adapters/" + run);
        return JSON.readTree(rendered(train.path("arguments").toString(), dag));
    }

    private static String rendered(String template, String dag) {
        var jinjava = new Jinjava();
        jinjava.getGlobalContext().registerFilter(new Day());
        return jinjava.render(
                template,
                Map.of("dag", Map.of("dag_id", dag), "run_id", AIRFLOWS_RUN, "dag_run", Map.of("run_after", "then")));
    }

    /** Airflow's own filter {@code ds}. */
    private static final class Day implements Filter {
        @Override
        public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
            assertThat(value).isEqualTo("then");
            return "2026-11-25";
        }

        @Override
        public String getName() {
            return "ds";
        }
    }

    @Test
    void throughSparkSubmitARunIsNamedByTheDagRunAndItsCommandResolves() throws Exception {
        var train = training("nightly_spark_submit.py", "SparkSubmitOperator", SPARK_SUBMIT);

        assertThat(Path.of(train.path("application").asText())).isRegularFile();
        var conf = new ArrayList<String>();
        train.path("conf").fieldNames().forEachRemaining(conf::add);
        assertThat(SparkSettings.unknown(conf)).isEmpty();
        assertThat(train.path("conf").path("spark.task.cpus").asText())
                .isEqualTo(train.path("executor_cores").asText());
        var environment = new HashMap<String, String>();
        train.path("env_vars")
                .properties()
                .forEach(e -> environment.put(e.getKey(), e.getValue().asText()));
        var resolved =
                Ran.resolving(train.path("java_class").asText(), environment, texts(train.path("application_args")));
        assertThat(resolved.err()).isEmpty();
        assertThat(resolved.out())
                .startsWith("run: filigree-nightly-train-" + OURS)
                .contains("output: s3a://lake/adapters", "day=2026-11-25");
    }

    @Test
    void throughTheOperatorARunIsNamedByTheDagRunAndItsCommandResolves() throws Exception {
        var train = training("nightly_kubernetes.py", "SparkKubernetesOperator", SPARK_KUBERNETES);

        var spec = train.path("template_spec").path("spec");
        var arguments = texts(spec.path("arguments"));
        assertThat(arguments.get(1)).isEqualTo("/opt/filigree/run/run.yaml");
        arguments.set(1, image.at("/opt/filigree/conf/sql-table.yaml").toString());
        var resolved = Ran.resolving(spec.path("mainClass").asText(), Map.of(), arguments);
        assertThat(resolved.err()).isEmpty();
        assertThat(resolved.out())
                .startsWith("run: filigree-nightly-kubernetes-train-" + OURS)
                .contains("output: /lake/adapters");
        // The operator waits for a driver's pod of this name, and takes it for a label too.
        assertThat(train.path("name").asText()).matches("[a-z]([-a-z0-9]{0,50}[a-z0-9])?");
    }

    @Test
    void theNextTaskReadsWhatIsPublished() throws Exception {
        outcome("""
                {"run": "r", "status": "done", "code": 0, "message": "completed",
                 "published": [{"path": "adapters/a", "which": "last"}, {"path": "adapters/a-best", "which": "best"}]}
                """);
        assertThat(texts(afterwards().path("adapters")))
                .containsExactly(folder + "/adapters/a", folder + "/adapters/a-best");
    }

    @Test
    void theNextTaskFailsWithTheRunsOwnMessage() throws Exception {
        outcome(
                "{\"run\": \"r\", \"status\": \"failed\", \"code\": 5, \"message\": \"round 3: not finite\", \"published\": []}");
        assertThat(afterwards().path("failed").asText()).isEqualTo("r: code 5: round 3: not finite");
        outcome("{\"run\": \"r\", \"status\": \"failed\", \"code\": 4, \"message\": \"disk full\", \"published\": []}");
        assertThat(afterwards().path("failed").asText())
                .isEqualTo("r: code 4: disk full; clear the training task, which goes on with the run");
    }

    @Test
    void theNextTaskSaysSoWhereARunLeftNothing() throws Exception {
        assertThat(afterwards().path("failed").asText())
                .isEqualTo(folder + "/outcome.json: not there: the run was killed, or never began; see the training"
                        + " task's log");
    }

    private JsonNode afterwards() throws Exception {
        return python("filigree_outcome.py", folder.toString());
    }

    private void outcome(String json) throws IOException {
        Files.writeString(folder.resolve("outcome.json"), json);
    }

    private static List<String> texts(JsonNode list) {
        var texts = new ArrayList<String>();
        list.forEach(each -> texts.add(each.asText()));
        return texts;
    }
}
