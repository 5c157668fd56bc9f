package org.filigree.trainer.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigWriter;
import org.filigree.trainer.run.Outcome;
import org.filigree.trainer.run.RunFolder;
import org.filigree.trainer.telemetry.Telemetry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run of ours as a run of MLflow. Rounds and evaluations are sent with the checkpoint that holds them, so that each is
 * sent once however often the run goes on, and a run that goes on is the same to MLflow: the folder keeps its id. What the
 * server does never hurts the run: a failure is one warning, and what it did not take is sent again with a later checkpoint,
 * or when the run goes on. Each failure in a row doubles the checkpoints until then, since a silent server costs its patience
 * every time.
 */
public final class MlflowReport implements Telemetry {

    /** What the run folder keeps. */
    static final String KEPT = "mlflow.json";

    private static final Logger LOG = LoggerFactory.getLogger(MlflowReport.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A run waits for an answer, so a server that gives none must not keep it long. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** MLflow takes this many at once. */
    private static final int METRICS = 1000;

    private static final int MOST_DOUBLINGS = 6;
    private static final int PARAMETERS = 100;
    private static final int PARAMETER_LENGTH = 500;

    private static final List<String> OF_A_ROUND =
            List.of("learning_rate", "grad_norm", "drift", "tokens", "bytes_down", "bytes_up", "seconds");

    private final MlflowServer server;
    private final String experiment;
    private final RunConfig config;
    private final RunFolder folder;
    private final List<ObjectNode> unsent = new ArrayList<>();
    private String id;
    private boolean warned;
    private int failed;
    private int skip;

    private MlflowReport(MlflowServer server, String experiment, RunConfig config, RunFolder folder) {
        this.server = server;
        this.experiment = experiment;
        this.config = config;
        this.folder = folder;
    }

    /**
     * The report that the configuration asks for, if it does.
     *
     * @throws org.filigree.config.FiligreeException with CONFIGURATION where it does, and the environment names no server
     */
    public static Optional<MlflowReport> of(RunConfig config, RunFolder folder, Map<String, String> environment) {
        return config.training().reportTo() != RunConfig.ReportTo.MLFLOW
                ? Optional.empty()
                : Optional.of(new MlflowReport(
                        MlflowServer.of(environment, PATIENCE),
                        environment.getOrDefault("MLFLOW_EXPERIMENT_NAME", "Default"),
                        config,
                        folder));
    }

    private interface Call {
        void send() throws IOException;
    }

    /** What the server has of these is found out when it is first asked. */
    @Override
    public void resumed(List<ObjectNode> earlier) {
        earlier.forEach(this::tell);
    }

    @Override
    public void tell(ObjectNode event) {
        switch (event.path("event").asText()) {
            case "round" -> {
                var losses = event.path("losses");
                metric("loss", losses.path(losses.size() - 1), event);
                OF_A_ROUND.forEach(name -> metric(name, event.path(name), event));
            }
            case "evaluation" -> {
                metric("held_out_loss", event.path("loss"), event);
                metric("held_out_accuracy", event.path("accuracy"), event);
            }
            default -> {}
        }
    }

    @Override
    public void saved() {
        if (skip > 0) {
            skip--;
        } else {
            attempt(this::flush);
        }
    }

    private void metric(String name, JsonNode value, ObjectNode event) {
        if (value.isNumber()) {
            unsent.add(MlflowServer.object()
                    .put("key", name)
                    .put("value", value.doubleValue())
                    .put("timestamp", System.currentTimeMillis())
                    .put("step", event.path("step").longValue()));
        }
    }

    @Override
    public void ended(Outcome.Status status) {
        if (failed > 0 && status != Outcome.Status.DONE) {
            // Whoever stopped it may not wait.
            return;
        }
        attempt(() -> {
            if (status == Outcome.Status.DONE) {
                flush();
            }
            open();
            update(
                    switch (status) {
                        case DONE -> "FINISHED";
                        case FAILED -> "FAILED";
                        case STOPPED -> "KILLED";
                    },
                    true);
        });
    }

    private void attempt(Call call) {
        try {
            call.send();
            failed = 0;
        } catch (IOException | RuntimeException e) {
            failed++;
            skip = (1 << Math.min(failed, MOST_DOUBLINGS)) - 1;
            if (!warned) {
                LOG.warn(
                        "MLflow at {} takes no reports, and the run goes on without: {}",
                        server.address(),
                        e.toString());
                warned = true;
            }
        }
    }

    private void flush() throws IOException {
        open();
        while (!unsent.isEmpty()) {
            var batch = unsent.subList(0, Math.min(METRICS, unsent.size()));
            var body = MlflowServer.object().put("run_id", id);
            body.putArray("metrics").addAll(batch);
            server.post("runs/log-batch", body);
            batch.clear();
        }
    }

    private void open() throws IOException {
        if (id != null) {
            return;
        }
        if (folder.files().exists(folder.at(KEPT))) {
            var kept = JSON.readTree(folder.text(KEPT));
            if (kept.path("tracking_uri").asText().equals(server.address())) {
                goOn(kept.path("run_id").asText());
                return;
            }
        }
        var body = MlflowServer.object()
                .put("experiment_id", server.experiment(experiment))
                .put("run_name", config.run())
                .put("start_time", System.currentTimeMillis());
        body.putArray("tags").addObject().put("key", "mlflow.source.name").put("value", "filigree");
        var made = server.post("runs/create", body).at("/run/info/run_id").asText();
        var kept = MlflowServer.object().put("tracking_uri", server.address()).put("run_id", made);
        try (var out = folder.files().create(folder.at(KEPT), true)) {
            out.write(JSON.writeValueAsBytes(kept));
        }
        id = made;
        parameters();
    }

    private void goOn(String run) throws IOException {
        var steps = server.steps(run);
        unsent.removeIf(metric -> metric.path("step").asLong()
                <= steps.getOrDefault(metric.path("key").asText(), -1L));
        id = run;
        update("RUNNING", false);
    }

    private void update(String status, boolean ends) throws IOException {
        var body = MlflowServer.object().put("run_id", id).put("status", status);
        if (ends) {
            body.put("end_time", System.currentTimeMillis());
        }
        server.post("runs/update", body);
    }

    private void parameters() throws IOException {
        var all = new ArrayList<ObjectNode>();
        flatten("", new YAMLMapper().readTree(RunConfigWriter.writeWithoutSecrets(config)), all);
        for (var from = 0; from < all.size(); from += PARAMETERS) {
            var body = MlflowServer.object().put("run_id", id);
            body.putArray("params").addAll(all.subList(from, Math.min(from + PARAMETERS, all.size())));
            server.post("runs/log-batch", body);
        }
    }

    private static void flatten(String name, JsonNode value, List<ObjectNode> into) {
        if (value.isObject()) {
            value.properties()
                    .forEach(field -> flatten(
                            name.isEmpty() ? field.getKey() : name + "." + field.getKey(), field.getValue(), into));
            return;
        }
        var text = value.isValueNode() ? value.asText() : value.toString();
        into.add(MlflowServer.object()
                .put("key", name)
                .put("value", text.substring(0, Math.min(PARAMETER_LENGTH, text.length()))));
    }
}
