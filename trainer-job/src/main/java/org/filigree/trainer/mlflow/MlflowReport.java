package org.filigree.trainer.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.filigree.config.RunConfig;
import org.filigree.trainer.run.Outcome;
import org.filigree.trainer.run.RunFolder;
import org.filigree.trainer.telemetry.Telemetry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run of ours as a run of MLflow. Rounds and evaluations are sent with the checkpoint that holds them, so that each is
 * sent once however often the run goes on (twice where the server took it and its answer was lost), and a run that goes on is
 * the same to MLflow: the folder keeps its id. What the server does never hurts the run: a failure is one warning, and what it
 * did not take is sent again with a later checkpoint, or when the run goes on. Each failure in a row doubles the checkpoints
 * until then, since a silent server costs its patience every time.
 */
public final class MlflowReport implements Telemetry {

    private static final Logger LOG = LoggerFactory.getLogger(MlflowReport.class);

    /** A run waits for an answer, so a server that gives none must not keep it long. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final int MOST_DOUBLINGS = 6;

    private static final List<String> OF_A_ROUND =
            List.of("learning_rate", "grad_norm", "drift", "tokens", "bytes_down", "bytes_up", "seconds");

    private final String address;
    private final MlflowRun run;
    private boolean warned;
    private int failed;
    private int skip;

    private MlflowReport(String address, MlflowRun run) {
        this.address = address;
        this.run = run;
    }

    /**
     * The report that the configuration asks for, if it does.
     *
     * @throws org.filigree.config.FiligreeException with CONFIGURATION where it does, and the environment names no server
     */
    public static Optional<MlflowReport> of(RunConfig config, RunFolder folder, Map<String, String> environment) {
        if (config.training().reportTo() != RunConfig.ReportTo.MLFLOW) {
            return Optional.empty();
        }
        var server = MlflowServer.of(environment, PATIENCE);
        var experiment = environment.getOrDefault("MLFLOW_EXPERIMENT_NAME", "Default");
        return Optional.of(new MlflowReport(server.address(), new MlflowRun(server, experiment, config, folder)));
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
            attempt(run::flush);
        }
    }

    private void metric(String name, JsonNode value, ObjectNode event) {
        if (value.isNumber()) {
            run.metric(name, value.doubleValue(), event.path("step").longValue());
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
                run.flush();
            }
            run.ended(
                    switch (status) {
                        case DONE -> "FINISHED";
                        case FAILED -> "FAILED";
                        case STOPPED -> "KILLED";
                    });
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
                LOG.warn("MLflow at {} takes no reports, and the run goes on without: {}", address, e.toString());
                warned = true;
            }
        }
    }
}
