package org.filigree.trainer.telemetry;

import com.codahale.metrics.Gauge;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerEvent;

/** Gauges of the newest round and evaluation, of whichever run told them; NaN before the first. */
final class RunMetrics extends SparkListener implements DriverPlugin {

    private static final Map<String, ToDoubleFunction<ObjectNode>> OF_A_ROUND = ofARound();

    private final Map<String, Double> newest = new ConcurrentHashMap<>();

    private static Map<String, ToDoubleFunction<ObjectNode>> ofARound() {
        var gauges = new LinkedHashMap<String, ToDoubleFunction<ObjectNode>>();
        for (var name : new String[] {
            "round", "step", "learning_rate", "grad_norm", "drift", "bytes_down", "bytes_up", "executors", "seconds"
        }) {
            gauges.put(name, event -> number(event, name));
        }
        gauges.put("loss", event -> {
            var losses = event.path("losses");
            return losses.path(losses.size() - 1).asDouble(Double.NaN);
        });
        gauges.put("tokens_per_second", event -> number(event, "tokens") / number(event, "seconds"));
        return Map.copyOf(gauges);
    }

    private static double number(ObjectNode event, String field) {
        return event.path(field).asDouble(Double.NaN);
    }

    @Override
    public Map<String, String> init(SparkContext spark, PluginContext plugin) {
        spark.addSparkListener(this);
        return Map.of();
    }

    @Override
    public void registerMetrics(String application, PluginContext plugin) {
        var registry = plugin.metricRegistry();
        OF_A_ROUND.keySet().forEach(name -> registry.register(name, gauge(name)));
        registry.register("held_out_loss", gauge("held_out_loss"));
    }

    private Gauge<Double> gauge(String name) {
        return () -> newest.getOrDefault(name, Double.NaN);
    }

    @Override
    public void onOtherEvent(SparkListenerEvent event) {
        if (event instanceof RunEvent run) {
            var told = run.told();
            switch (told.path("event").asText()) {
                case "round" -> OF_A_ROUND.forEach((name, of) -> newest.put(name, of.applyAsDouble(told)));
                case "evaluation" -> newest.put("held_out_loss", number(told, "loss"));
                default -> {}
            }
        }
    }
}
