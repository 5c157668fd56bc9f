package org.filigree.trainer.simulation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.filigree.config.RunConfig;
import org.filigree.format.FileTree;
import org.filigree.lora.AdapterLayout;
import org.filigree.lora.AdapterPlan;
import org.filigree.trainer.SimulatedTraining;
import org.filigree.trainer.publish.PublishedFiles;
import org.filigree.trainer.round.SimulatedWorkers;
import org.filigree.trainer.run.Outcome;

/** The real driver over files, a cluster and a clock that are not. */
record SimulatedDriver(
        RunConfig config, FileTree files, SimulatedWorkers.Cluster cluster, LongSupplier clock, BooleanSupplier stop) {

    private static final AdapterPlan PLAN = new AdapterPlan(
            AdapterLayout.of(List.of(new AdapterLayout.Shape("a", 2, 3), new AdapterLayout.Shape("b", 4, 2))),
            List.of(new AdapterPlan.Wrap("mix", 2, 4, 2, "a", "b")),
            List.of(),
            0);

    Outcome train() throws IOException {
        var published = new ThreeFiles(files);
        var workers = new SimulatedWorkers(files, PLAN, cluster, published::read, SimulatedTraining::length);
        return SimulatedTraining.train(
                config, new SimulatedTraining.Surroundings(files, PLAN, workers, published, clock, stop));
    }

    /** A published folder with no more in it than the protocol needs to see. */
    private record ThreeFiles(FileTree files) implements PublishedFiles {

        private static final String VALUES = "adapter_model.safetensors";

        @Override
        public void write(String folder, String which, float[] values) throws IOException {
            var bytes = ByteBuffer.allocate(values.length * Float.BYTES);
            bytes.asFloatBuffer().put(values);
            write(FileTree.join(folder, "README.md"), which.getBytes(StandardCharsets.UTF_8));
            write(FileTree.join(folder, VALUES), bytes.array());
            write(FileTree.join(folder, lastFile()), "{}".getBytes(StandardCharsets.UTF_8));
        }

        private void write(String path, byte[] bytes) throws IOException {
            try (var out = files.create(path, false)) {
                out.write(bytes);
            }
        }

        float[] read(String folder) throws IOException {
            try (var in = files.open(FileTree.join(folder, VALUES))) {
                var bytes = ByteBuffer.wrap(in.readAllBytes()).asFloatBuffer();
                var values = new float[bytes.remaining()];
                bytes.get(values);
                return values;
            }
        }

        @Override
        public String lastFile() {
            return "adapter_config.json";
        }

        @Override
        public double tolerance() {
            return 0;
        }
    }
}
