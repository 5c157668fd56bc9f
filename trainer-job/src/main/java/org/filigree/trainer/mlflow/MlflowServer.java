package org.filigree.trainer.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;

/** A tracking server, as MLflow's own clients find it in the environment. */
final class MlflowServer {

    static final String ADDRESS = "MLFLOW_TRACKING_URI";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final String address;
    private final String authorization;
    private final Duration patience;

    private MlflowServer(String address, String authorization, Duration patience) {
        this.address = address;
        this.authorization = authorization;
        this.patience = patience;
    }

    /**
     * @param patience how long a call may take, to the last byte of its answer
     * @throws FiligreeException with CONFIGURATION where the environment names no server
     */
    static MlflowServer of(Map<String, String> environment, Duration patience) {
        var address = environment.getOrDefault(ADDRESS, "");
        if (!address.matches("https?://[^/\\s]+\\S*")) {
            throw new FiligreeException(
                    Code.CONFIGURATION,
                    "training.report_to: mlflow wants %s in the environment: found '%s', wanted http://host:port or https://host"
                            .formatted(ADDRESS, withoutUser(address)));
        }
        var user = userIn(address);
        return new MlflowServer(
                withoutUser(address).replaceFirst("/+$", ""), authorization(environment, user), patience);
    }

    /** {@code user:password} as the address has it, or null. */
    private static String userIn(String address) {
        var authority = address.replaceFirst("^https?://", "").replaceFirst("/.*", "");
        var at = authority.lastIndexOf('@');
        return at < 0
                ? null
                : URLDecoder.decode(authority.substring(0, at).replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** What may be written down. */
    private static String withoutUser(String address) {
        return address.replaceFirst("//[^/]*@", "//");
    }

    private static String authorization(Map<String, String> environment, String userInAddress) {
        var token = environment.get("MLFLOW_TRACKING_TOKEN");
        if (token != null) {
            return "Bearer " + token;
        }
        var user = environment.get("MLFLOW_TRACKING_USERNAME");
        var password = environment.get("MLFLOW_TRACKING_PASSWORD");
        var both = user == null || password == null ? userInAddress : user + ":" + password;
        return both == null
                ? null
                : "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
    }

    String address() {
        return address;
    }

    /** The experiment's id; makes it where there is none of that name. */
    String experiment(String name) throws IOException {
        var found = send(
                request("experiments/get-by-name?experiment_name=" + URLEncoder.encode(name, StandardCharsets.UTF_8))
                        .GET());
        return found.statusCode() == 404
                ? post("experiments/create", object().put("name", name))
                        .path("experiment_id")
                        .asText()
                : answer("experiments/get-by-name", found)
                        .at("/experiment/experiment_id")
                        .asText();
    }

    /** The last step that the server has of each metric of a run. */
    Map<String, Long> steps(String run) throws IOException {
        var steps = new HashMap<String, Long>();
        var found = answer("runs/get", send(request("runs/get?run_id=" + run).GET()));
        found.at("/run/data/metrics")
                .forEach(metric -> steps.put(
                        metric.path("key").asText(), metric.path("step").asLong()));
        return steps;
    }

    JsonNode post(String method, ObjectNode body) throws IOException {
        return answer(
                method,
                send(request(method)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body.toString()))));
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    private HttpRequest.Builder request(String method) {
        var request = HttpRequest.newBuilder(URI.create(address + "/api/2.0/mlflow/" + method));
        return authorization == null ? request : request.header("Authorization", authorization);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        // A request's own timeout ends with the headers of its answer.
        var answer = http.sendAsync(request.build(), BodyHandlers.ofString());
        try {
            return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new HttpTimeoutException("no answer within " + patience);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    private static JsonNode answer(String method, HttpResponse<String> response) throws IOException {
        if (response.statusCode() != 200) {
            throw new IOException("%s: code %d: %s"
                    .formatted(
                            method,
                            response.statusCode(),
                            response.body().replaceAll("\\s+", " ").strip()));
        }
        return JSON.readTree(response.body());
    }
}
