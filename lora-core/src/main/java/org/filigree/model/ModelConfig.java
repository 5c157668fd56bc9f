package org.filigree.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** Reads a config.json field by field, each refusal in one line. A field that is null is absent. */
record ModelConfig(JsonNode json) {

    private static final Map<String, ActivationKind> ACTIVATIONS = Map.of(
            "relu", ActivationKind.RELU,
            "silu", ActivationKind.SILU,
            "swish", ActivationKind.SILU,
            "gelu", ActivationKind.GELU,
            "gelu_new", ActivationKind.GELU_TANH,
            "gelu_pytorch_tanh", ActivationKind.GELU_TANH);

    private static UnsupportedModelException refuse(String field, Object found, String wanted) {
        return new UnsupportedModelException("config.json: %s is %s, wanted %s".formatted(field, found, wanted));
    }

    boolean has(String field) {
        return json.hasNonNull(field);
    }

    int positive(String field) {
        var value = json.path(field);
        if (!value.isIntegralNumber() || value.longValue() <= 0 || value.longValue() > Integer.MAX_VALUE) {
            throw refuse(field, value.isMissingNode() ? "missing" : value, "a positive integer");
        }
        return value.intValue();
    }

    int positive(String field, int otherwise) {
        return has(field) ? positive(field) : otherwise;
    }

    double number(String field, double otherwise) {
        if (!has(field)) {
            return otherwise;
        }
        if (!json.path(field).isNumber()) {
            throw refuse(field, json.path(field), "a number");
        }
        return json.path(field).doubleValue();
    }

    boolean flag(String field, boolean otherwise) {
        return has(field) ? json.path(field).asBoolean() : otherwise;
    }

    void requireFalse(String field) {
        if (flag(field, false)) {
            throw refuse(field, true, "false: it is not supported");
        }
    }

    ActivationKind activation(String field, String otherwise) {
        var name = json.path(field).asText(otherwise);
        var kind = ACTIVATIONS.get(name);
        if (kind == null) {
            throw refuse(field, name, "one of " + new java.util.TreeSet<>(ACTIVATIONS.keySet()));
        }
        return kind;
    }

    /** The rotary table, its scaling applied. */
    Rope rope(int headDim) {
        var scaling = has("rope_parameters") ? json.path("rope_parameters") : json.path("rope_scaling");
        var theta = scaling.hasNonNull("rope_theta")
                ? scaling.path("rope_theta").doubleValue()
                : number("rope_theta", 10_000);
        var frequencies = new double[headDim / 2];
        for (var i = 0; i < frequencies.length; i++) {
            frequencies[i] = 1 / Math.pow(theta, 2.0 * i / headDim);
        }
        var type = scaling.hasNonNull("rope_type")
                ? scaling.path("rope_type").asText()
                : scaling.path("type").asText("default");
        switch (type) {
            case "default" -> {}
            case "linear" -> {
                for (var i = 0; i < frequencies.length; i++) {
                    frequencies[i] /= factor(scaling, "factor");
                }
            }
            case "llama3" -> llama3(frequencies, scaling);
            default -> throw refuse("rope_scaling.rope_type", type, "default, linear or llama3");
        }
        return new Rope(headDim, frequencies);
    }

    private static double factor(JsonNode scaling, String name) {
        if (!scaling.path(name).isNumber() || scaling.path(name).doubleValue() <= 0) {
            throw refuse("rope_scaling." + name, scaling.path(name), "a positive number");
        }
        return scaling.path(name).doubleValue();
    }

    /** Llama 3.1's scaling: long waves are slowed, short ones kept, those between blended. */
    private static void llama3(double[] frequencies, JsonNode scaling) {
        var slow = factor(scaling, "factor");
        var low = factor(scaling, "low_freq_factor");
        var high = factor(scaling, "high_freq_factor");
        var context = factor(scaling, "original_max_position_embeddings");
        for (var i = 0; i < frequencies.length; i++) {
            var wave = 2 * Math.PI / frequencies[i];
            if (wave > context / low) {
                frequencies[i] /= slow;
            } else if (wave >= context / high) {
                var smooth = (context / wave - low) / (high - low);
                frequencies[i] = (1 - smooth) * frequencies[i] / slow + smooth * frequencies[i];
            }
        }
    }
}
