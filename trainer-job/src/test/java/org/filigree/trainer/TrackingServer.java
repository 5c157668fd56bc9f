package org.filigree.trainer;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * As much of an MLflow tracking server as its REST documentation says about the calls a run makes; what the documentation
 * does not allow is answered with 400.
 */
final class TrackingServer implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ROOT = "/api/2.0/mlflow/";

    /** Fields that a call must have, and those that it may have. */
    private static final Map<String, List<Set<String>>> CALLS = Map.of(
            "experiments/create", List.of(Set.of("name"), Set.of("artifact_location", "tags")),
            "runs/create", List.of(Set.of("experiment_id"), Set.of("run_name", "start_time", "tags", "user_id")),
            "runs/update", List.of(Set.of("run_id"), Set.of("status", "end_time", "run_name")),
            "runs/log-batch", List.of(Set.of("run_id"), Set.of("metrics", "params", "tags")));

    record Call(String method, JsonNode body) {}

    final List<Call> calls = new CopyOnWriteArrayList<>();
    final List<String> refused = new CopyOnWriteArrayList<>();
    volatile boolean down;
    volatile String authorization;
    private final HttpServer http;

    TrackingServer() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/", this::answer);
        http.start();
    }

    String address() {
        return "http://127.0.0.1:" + http.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            authorization = exchange.getRequestHeaders().getFirst("Authorization");
            var method = exchange.getRequestURI().getPath().replace(ROOT, "");
            var body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            if (down) {
                refused.add(method);
                reply(exchange, 503, "{\"error_code\": \"TEMPORARILY_UNAVAILABLE\"}");
            } else if (!exchange.getRequestURI().getPath().startsWith(ROOT)) {
                reply(exchange, 404, "no such path");
            } else if (method.equals("runs/get")) {
                reply(exchange, 200, lastSteps());
            } else if (exchange.getRequestMethod().equals("GET")) {
                experiment(exchange, method);
            } else {
                reply(exchange, posted(exchange, method, body), made(method));
            }
        }
    }

    private void experiment(HttpExchange exchange, String method) throws IOException {
        calls.add(new Call(method, null));
        var known = calls.stream().anyMatch(call -> call.method().equals("experiments/create"));
        reply(
                exchange,
                known ? 200 : 404,
                known
                        ? "{\"experiment\": {\"experiment_id\": \"7\"}}"
                        : "{\"error_code\": \"RESOURCE_DOES_NOT_EXIST\"}");
    }

    private String lastSteps() {
        var steps = new TreeMap<String, Long>();
        calls.stream()
                .filter(call -> call.method().equals("runs/log-batch"))
                .forEach(call -> call.body()
                        .path("metrics")
                        .forEach(metric -> steps.merge(
                                metric.path("key").asText(), metric.path("step").asLong(), Math::max)));
        var answer = JSON.createObjectNode();
        var metrics = answer.putObject("run").putObject("data").putArray("metrics");
        steps.forEach((key, step) -> metrics.addObject().put("key", key).put("step", step));
        return answer.toString();
    }

    private int posted(HttpExchange exchange, String method, String body) throws IOException {
        var call = CALLS.get(method);
        var sent = JSON.readTree(body);
        var fields =
                Set.copyOf(sent.properties().stream().map(Map.Entry::getKey).toList());
        var allowed = call != null
                && "application/json".equals(exchange.getRequestHeaders().getFirst("Content-Type"))
                && fields.containsAll(call.get(0))
                && fields.stream()
                        .allMatch(field ->
                                call.get(0).contains(field) || call.get(1).contains(field))
                && sent.path("metrics").size() <= 1000
                && sent.path("params").size() <= 100;
        if (!allowed) {
            refused.add(method + " " + body);
            return 400;
        }
        calls.add(new Call(method, sent));
        return 200;
    }

    private static String made(String method) {
        return switch (method) {
            case "experiments/create" -> "{\"experiment_id\": \"7\"}";
            case "runs/create" -> "{\"run\": {\"info\": {\"run_id\": \"d5f6\"}, \"data\": {}}}";
            default -> "{}";
        };
    }

    private static void reply(HttpExchange exchange, int code, String body) throws IOException {
        var bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
