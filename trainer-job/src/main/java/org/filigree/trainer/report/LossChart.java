package org.filigree.trainer.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Training and held-out loss over steps, as SVG: each step thin, their moving mean thick, evaluations with dots. */
final class LossChart {

    private static final int WIDTH = 900;
    private static final int HEIGHT = 360;
    private static final int LEFT = 48;
    private static final int BOTTOM = 28;
    private static final int TOP = 24;
    private static final int LINES = 5;
    private static final double SMOOTHING = 0.1;

    record Point(int step, double loss) {}

    private final double lowest;
    private final double highest;
    private final int steps;

    private LossChart(List<Point> all) {
        lowest = all.stream().mapToDouble(Point::loss).min().orElse(0);
        var most = all.stream().mapToDouble(Point::loss).max().orElse(1);
        highest = most > lowest ? most : lowest + 1;
        steps = Math.max(1, all.stream().mapToInt(Point::step).max().orElse(1));
    }

    static String svg(List<Point> training, List<Point> heldOut) {
        var all = new ArrayList<>(training);
        all.addAll(heldOut);
        var chart = new LossChart(all);
        return """
                <svg viewBox="0 0 %d %d" role="img" aria-label="loss over steps">
                %s%s%s%s%s
                <text x="%d" y="14">loss: training (thin), its moving mean (blue), held-out (orange)</text>
                <text x="%d" y="%d" text-anchor="end">step %d</text>
                </svg>
                """.formatted(
                        WIDTH,
                        HEIGHT,
                        chart.grid(),
                        chart.line(training, "train"),
                        chart.line(smooth(training), "smooth"),
                        chart.line(heldOut, "held"),
                        chart.dots(heldOut),
                        LEFT,
                        WIDTH,
                        HEIGHT - 8,
                        chart.steps);
    }

    private static List<Point> smooth(List<Point> points) {
        var means = new ArrayList<Point>();
        var mean = points.isEmpty() ? 0 : points.get(0).loss();
        for (var point : points) {
            mean += SMOOTHING * (point.loss() - mean);
            means.add(new Point(point.step(), mean));
        }
        return means;
    }

    private double x(int step) {
        return LEFT + (double) step / steps * (WIDTH - LEFT);
    }

    private double y(double loss) {
        return TOP + (highest - loss) / (highest - lowest) * (HEIGHT - TOP - BOTTOM);
    }

    private String grid() {
        var lines = new StringBuilder();
        for (var i = 0; i < LINES; i++) {
            var loss = lowest + (highest - lowest) * i / (LINES - 1);
            lines.append(String.format(
                    Locale.ROOT,
                    "<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                            + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.2f</text>%n",
                    LEFT,
                    WIDTH,
                    y(loss),
                    y(loss),
                    LEFT - 6,
                    y(loss) + 4,
                    loss));
        }
        return lines.toString();
    }

    private String line(List<Point> points, String style) {
        var places = points.stream()
                .map(p -> String.format(Locale.ROOT, "%.1f,%.1f", x(p.step()), y(p.loss())))
                .collect(Collectors.joining(" "));
        return "<polyline class=\"%s\" points=\"%s\"/>%n".formatted(style, places);
    }

    private String dots(List<Point> points) {
        return points.stream()
                .map(p -> String.format(
                        Locale.ROOT,
                        "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>step %d: %.4f</title></circle>",
                        x(p.step()),
                        y(p.loss()),
                        p.step(),
                        p.loss()))
                .collect(Collectors.joining("\n"));
    }
}
