package org.filigree.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.filigree.engine.AdamWStep;
import org.filigree.engine.Base;
import org.filigree.engine.Batch;
import org.filigree.engine.Engines;
import org.filigree.engine.Session;
import org.filigree.engine.SessionOptions;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.LocalFiles;
import org.filigree.lora.AdapterInit;
import org.filigree.lora.AdapterPlanner;
import org.filigree.lora.CounterRandom;
import org.filigree.lora.LoraConfig;
import org.filigree.model.DataType;
import org.filigree.model.Weights;
import org.filigree.text.TokenRow;
import org.filigree.trainer.nodecopy.NodeBase;
import org.filigree.trainer.nodecopy.NodeCopies;

/** One JVM of {@link NodeBaseBenchmark}: an engine of one thread, a base, a few LoRA steps on one row of 256 tokens. */
final class NodeBaseJvm {

    static final int VOCABULARY = 32_000;
    static final String OPEN = "open";
    static final String TRAINED = "trained";

    private static final int LENGTH = 256;
    private static final int STEPS = 5;
    private static final LoraConfig LORA =
            new LoraConfig(8, 16, 0, new LoraConfig.Modules.AllLinear(), null, null, null, Map.of(), Map.of(), false);

    /** Where the weights are that it computes on. */
    enum Side {
        LOADED,
        MAPPED
    }

    private NodeBaseJvm() {}

    /** With the options of the JVM that starts it, but for its heap. */
    static Process start(Side side, HuggingFaceFolder base, Path cache) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of(
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                NodeBaseJvm.class.getName(),
                side.name(),
                base.path(),
                base.stamp(),
                cache.toString()));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Goes on from one stage to the next when it is told anything, and then says seconds of load and step, RSS and PSS. */
    public static void main(String[] arguments) throws IOException {
        try (var kernels = Engines.find("libtorch").engine().open("cpu", DataType.FLOAT32, 1)) {
            System.out.println(OPEN);
            System.in.read();
            var begin = System.nanoTime();
            var folder = HuggingFaceFolder.open(new LocalFiles(), arguments[1]);
            Weights weights = Side.valueOf(arguments[0]) == Side.LOADED
                    ? folder
                    : NodeBase.open(
                            new NodeCopies(Path.of(arguments[3])),
                            new LocalFiles(),
                            arguments[1],
                            arguments[2],
                            DataType.FLOAT32);
            try (var base = Base.load(kernels, folder.spec(), weights);
                    var session = base.session(SessionOptions.DEFAULT)) {
                var load = (System.nanoTime() - begin) / 1e9;
                var step = Medians.of(train(session, base));
                System.out.println(TRAINED);
                System.in.read();
                System.out.println("%s %s %d %d".formatted(load, step, kernel("Rss:"), kernel("Pss:")));
                System.in.read();
            }
        }
    }

    /** Seconds of each step after a first one. */
    private static List<Double> train(Session session, Base base) {
        var plan = AdapterPlanner.plan(base.spec(), LORA);
        session.put(0, plan, AdapterInit.values(plan, 42, "benchmark"));
        var ids = new int[LENGTH];
        for (var i = 0; i < LENGTH; i++) {
            ids[i] = (int) CounterRandom.below(1, i, VOCABULARY);
        }
        var batch = Batch.of(List.of(new Batch.Placed(0, 0, TokenRow.of(ids, ids))));
        var seconds = new ArrayList<Double>();
        for (var step = 1; step <= STEPS + 1; step++) {
            var begin = System.nanoTime();
            var losses = session.accumulate(batch);
            session.update(0, new AdamWStep(step, 1e-4, 0.9, 0.999, 1e-8, 0, 1.0 / losses.tokens()));
            if (step > 1) {
                seconds.add((System.nanoTime() - begin) / 1e9);
            }
        }
        return seconds;
    }

    /** Bytes that the kernel counts for this process. */
    private static long kernel(String name) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/smaps_rollup")).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }
}
