package org.filigree.trainer.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import org.filigree.trainer.run.Outcome;

/** A run to look at: one HTML file that needs nothing else, loss curves as SVG. */
public final class HtmlReport {

    private static final String STYLE = """
            body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
            h1{font-weight:600;margin-bottom:0} .muted{color:#777} table{border-collapse:collapse;margin:1rem 0}
            td,th{padding:.2rem 1.2rem .2rem 0;text-align:left;font-variant-numeric:tabular-nums}
            th{font-weight:500;color:#777} svg{width:100%;height:auto} .axis{stroke:#ccc} text{font-size:12px;fill:#777}
            .train{fill:none;stroke:#8ab;stroke-width:1;opacity:.6} .smooth{fill:none;stroke:#268;stroke-width:2}
            .held{fill:none;stroke:#c62;stroke-width:2} .dot{fill:#c62}
            @media (prefers-color-scheme:dark){body{color:#ddd;background:#181a1b}.axis{stroke:#444}}
            """;

    private HtmlReport() {}

    public static String of(Outcome outcome, List<ObjectNode> events) {
        var losses = new ArrayList<LossChart.Point>();
        var heldOut = new ArrayList<LossChart.Point>();
        var bytes = 0L;
        var full = 0L;
        var memory = "";
        var inexact = new LinkedHashSet<String>();
        for (var event : events) {
            switch (event.path("event").asText()) {
                case "round" -> {
                    var step =
                            event.path("step").intValue() - event.path("losses").size();
                    for (JsonNode loss : event.path("losses")) {
                        losses.add(new LossChart.Point(step++, loss.doubleValue()));
                    }
                    bytes += event.path("bytes_down").longValue()
                            + event.path("bytes_up").longValue();
                    full += 2 * event.path("bytes_full_model").longValue();
                    if (event.has("members")) {
                        inexact.add("averaging.min_workers: who was late decided the bits");
                    }
                }
                case "evaluation" ->
                    heldOut.add(new LossChart.Point(
                            event.path("step").intValue(), event.path("loss").doubleValue()));
                case "measured" ->
                    memory = "%.1f MB native (forecast %.1f), %.1f MB resident at most"
                            .formatted(
                                    event.path("native_bytes").longValue() / 1e6,
                                    event.path("native_bytes_forecast").longValue() / 1e6,
                                    event.path("peak_resident_bytes").longValue() / 1e6);
                case "inexact" -> inexact.add(event.path("reason").asText());
                default -> {}
            }
        }
        var rows = new StringBuilder();
        row(rows, "outcome", outcome.message());
        row(rows, "steps, rounds", "%,d, %,d".formatted(outcome.steps(), outcome.rounds()));
        row(rows, "tokens trained", "%,d".formatted(outcome.tokens()));
        row(
                rows,
                "trainable parameters",
                "%,d (%.2f%% of the base)"
                        .formatted(outcome.trainable(), 100.0 * outcome.trainable() / outcome.baseParameters()));
        row(
                rows,
                "loss, first and last step",
                "%s, %s".formatted(number(outcome.firstLoss()), number(outcome.lastLoss())));
        row(
                rows,
                "held-out loss before, after, best",
                "%s, %s, %s"
                        .formatted(
                                number(outcome.heldOutBefore()),
                                number(outcome.heldOutAfter()),
                                number(outcome.heldOutBest())));
        row(
                rows,
                "moved by the workers",
                "%.1f MB; the whole model each round, one receiver: %.1f MB".formatted(bytes / 1e6, full / 1e6));
        row(rows, "the largest executor", memory);
        row(rows, "exact", outcome.exact() ? "yes" : "no: " + String.join("; ", inexact));
        for (var published : outcome.published()) {
            row(
                    rows,
                    "published (%s)".formatted(published.which()),
                    "%s, %.2f MB".formatted(published.path(), published.bytes() / 1e6));
        }
        return """
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
                <title>%1$s</title><style>%2$s</style></head>
                <body><h1>%1$s</h1><p class="muted">Filigree training run</p>
                %3$s
                <table>%4$s</table>
                </body></html>
                """.formatted(escaped(outcome.run()), STYLE, LossChart.svg(losses, heldOut), rows);
    }

    private static void row(StringBuilder rows, String name, String value) {
        rows.append("<tr><th>%s</th><td>%s</td></tr>%n".formatted(escaped(name), escaped(value)));
    }

    private static String number(Double value) {
        return value == null ? "none" : String.format(Locale.ROOT, "%.4f", value);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
