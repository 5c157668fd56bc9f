package org.filigree.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.LocalFiles;
import org.filigree.format.SafetensorsWriter;
import org.filigree.lora.CounterRandom;
import org.filigree.model.DataType;
import org.filigree.model.Families;
import org.filigree.trainer.nodecopy.NodeBase;
import org.filigree.trainer.nodecopy.NodeCopies;

/**
 * What JVMs of one node take for a bfloat16 base that they compute on in float32: each with the base loaded into memory of
 * its own, and all over the node's copy. The two sides take turns; the JVMs of a side load at once and train at once.
 *
 * <p>Arguments: JVMs, turns, layers. Prints rows of Markdown.
 */
public final class NodeBaseBenchmark {

    private static final ObjectMapper JSON = new ObjectMapper();

    private NodeBaseBenchmark() {}

    /** Sums and medians over the JVMs of a side, by turn. */
    private record Measured(
            List<Double> loadSeconds, List<Double> residentBytes, List<Double> shareBytes, List<Double> stepSeconds) {

        Measured() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    public static void main(String[] arguments) throws Exception {
        var jvms = Integer.parseInt(arguments[0]);
        var folder = Files.createTempDirectory("filigree-benchmark");
        try {
            var base = write(Files.createDirectory(folder.resolve("base")), Integer.parseInt(arguments[2]));
            var cache = folder.resolve("cache");
            var begin = System.nanoTime();
            NodeBase.open(new NodeCopies(cache), new LocalFiles(), base.path(), base.stamp(), DataType.FLOAT32);
            System.out.printf(
                    Locale.ROOT,
                    "%,d weights; copied and converted in %.1f s%n%n",
                    base.parameters(),
                    (System.nanoTime() - begin) / 1e9);
            var measured = new EnumMap<NodeBaseJvm.Side, Measured>(NodeBaseJvm.Side.class);
            for (var turn = 0; turn < Integer.parseInt(arguments[1]); turn++) {
                for (var side : NodeBaseJvm.Side.values()) {
                    run(jvms, side, base, cache, measured.computeIfAbsent(side, s -> new Measured()));
                }
            }
            System.out.printf(
                    "| base | load, s | resident of a JVM, MiB | PSS of all %d, MiB | a step, s |%n"
                            + "| --- | --- | --- | --- | --- |%n",
                    jvms);
            measured.forEach((side, m) -> System.out.printf(
                    Locale.ROOT,
                    "| %s | %.2f | %.0f | %.0f | %.2f |%n",
                    side.name().toLowerCase(Locale.ROOT),
                    Medians.of(m.loadSeconds()),
                    Medians.of(m.residentBytes()) / (1 << 20),
                    Medians.of(m.shareBytes()) / (1 << 20),
                    Medians.of(m.stepSeconds())));
        } finally {
            new LocalFiles().delete(folder.toString());
        }
    }

    /** A Llama 1024 wide, its random weights in bfloat16. */
    private static HuggingFaceFolder write(Path folder, int layers) throws IOException {
        var config = Map.ofEntries(
                Map.entry("model_type", "llama"),
                Map.entry("hidden_size", 1024),
                Map.entry("intermediate_size", 2816),
                Map.entry("num_hidden_layers", layers),
                Map.entry("num_attention_heads", 16),
                Map.entry("num_key_value_heads", 16),
                Map.entry("vocab_size", NodeBaseJvm.VOCABULARY),
                Map.entry("max_position_embeddings", 2048),
                Map.entry("rms_norm_eps", 1e-5),
                Map.entry("tie_word_embeddings", false));
        JSON.writeValue(folder.resolve("config.json").toFile(), config);
        var tensors = new TreeMap<String, SafetensorsWriter.Tensor>();
        for (var weight : Families.spec(JSON.valueToTree(config)).weights()) {
            var count = Math.toIntExact(weight.elements());
            var shape =
                    weight.rows() == 1 ? new long[] {weight.columns()} : new long[] {weight.rows(), weight.columns()};
            tensors.put(
                    weight.name(),
                    new SafetensorsWriter.Tensor(
                            shape, () -> random(weight.name(), count, weight.rows() == 1), 0, count));
        }
        try (var out = Files.newOutputStream(folder.resolve("model.safetensors"))) {
            SafetensorsWriter.write(out, tensors, DataType.BFLOAT16);
        }
        return HuggingFaceFolder.open(new LocalFiles(), folder.toString());
    }

    private static float[] random(String name, int count, boolean vector) {
        var key = CounterRandom.name(name);
        var values = new float[count];
        for (var i = 0; i < count; i++) {
            values[i] = vector ? 1 : (float) ((CounterRandom.uniform(key, i) - 0.5) * 0.07);
        }
        return values;
    }

    private static void run(int jvms, NodeBaseJvm.Side side, HuggingFaceFolder base, Path cache, Measured measured)
            throws Exception {
        var processes = new ArrayList<Process>();
        try {
            for (var i = 0; i < jvms; i++) {
                processes.add(NodeBaseJvm.start(side, base, cache));
            }
            var says = processes.stream().map(Process::inputReader).toList();
            for (var expected : List.of(NodeBaseJvm.OPEN, NodeBaseJvm.TRAINED)) {
                for (var said : says) {
                    require(said, expected);
                }
                tell(processes);
            }
            var share = 0.0;
            for (var said : says) {
                var numbers = said.readLine().split(" ", -1);
                measured.loadSeconds().add(Double.parseDouble(numbers[0]));
                measured.stepSeconds().add(Double.parseDouble(numbers[1]));
                measured.residentBytes().add(Double.parseDouble(numbers[2]));
                share += Double.parseDouble(numbers[3]);
            }
            measured.shareBytes().add(share);
            tell(processes);
            for (var process : processes) {
                process.waitFor();
            }
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    private static void require(BufferedReader said, String expected) throws IOException {
        var line = said.readLine();
        if (!expected.equals(line)) {
            throw new IOException("a JVM said %s, wanted %s".formatted(line, expected));
        }
    }

    /** All to go on. */
    private static void tell(List<Process> processes) throws IOException {
        for (var process : processes) {
            process.outputWriter().write('\n');
            process.outputWriter().flush();
        }
    }
}
