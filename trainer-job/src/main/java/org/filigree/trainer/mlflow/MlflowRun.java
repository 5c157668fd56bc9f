package org.filigree.trainer.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigWriter;
import org.filigree.trainer.run.RunFolder;

/** A run on the server: made when it is first sent something, or found again by the id that the run's folder keeps. */
final class MlflowRun {

    /** What the run folder keeps. */
    private static final String KEPT = "mlflow.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** MLflow takes this many at once. */
    private static final int METRICS = 1000;

    private static final int PARAMETERS = 100;
    private static final int PARAMETER_LENGTH = 500;

    private final MlflowServer server;
    private final String experiment;
    private final RunConfig config;
    private final RunFolder folder;
    private final List<ObjectNode> unsent = new ArrayList<>();
    private String id;

    MlflowRun(MlflowServer server, String experiment, RunConfig config, RunFolder folder) {
        this.server = server;
        this.experiment = experiment;
        this.config = config;
        this.folder = folder;
    }

    /** Sent by the next {@link #flush}, unless the server has it. */
    void metric(String name, double value, long step) {
        unsent.add(MlflowServer.object()
                .put("key", name)
                .put("value", value)
                .put("timestamp", System.currentTimeMillis())
                .put("step", step));
    }

    void ended(String status) throws IOException {
        open();
        update(status, true);
    }

    /** Sends what waits, in order; what the server did not take waits on. */
    void flush() throws IOException {
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
