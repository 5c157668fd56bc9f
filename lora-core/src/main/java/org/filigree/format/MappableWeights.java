package org.filigree.format;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.filigree.model.DataType;
import org.filigree.model.ModelSpec;
import org.filigree.model.ModelSpec.WeightSpec;

/**
 * A base's weights as one safetensors file that is made to be mapped: under the model's names, in the type that computes, and
 * each at a multiple of {@link #ALIGNMENT} bytes. Those whose length is no such multiple come last, wherever they fall.
 */
public final class MappableWeights {

    /** Of addresses, in bytes: a cache line, and what engines ask of their own memory. */
    public static final int ALIGNMENT = 64;

    /** What a folder with such a file calls it. */
    public static final String NAME = WeightFiles.WHOLE;

    /** One weight: where it lies, and as what it is written. */
    private record Planned(
            WeightSpec weight, SafetensorsFile file, SafetensorsFile.Entry entry, DataType stored, DataType type) {

        long bytes() {
            return weight.elements() * type.bytes();
        }

        boolean keepsAlignment() {
            return bytes() % ALIGNMENT == 0;
        }
    }

    private final ModelSpec spec;
    private final Map<String, Planned> planOf = new HashMap<>();
    private final List<Planned> inOrder;
    private final byte[] start;

    /** Reads no weight yet. */
    public MappableWeights(HuggingFaceFolder source, DataType type) throws IOException {
        this(source, type, Integer.MAX_VALUE);
    }

    /** @param mostBytes that a weight may come to: one that would be larger stays in the type it is stored in */
    MappableWeights(HuggingFaceFolder source, DataType type, long mostBytes) throws IOException {
        this.spec = source.spec();
        for (var weight : spec.weights()) {
            var file = source.file(weight.name());
            var entry = source.entry(weight.name());
            var stored = file.type(entry.name());
            var fits = weight.elements() <= mostBytes / type.bytes();
            planOf.put(weight.name(), new Planned(weight, file, entry, stored, fits ? type : stored));
        }
        // As they lie in the source, so that it is read from front to back.
        this.inOrder = planOf.values().stream()
                .sorted(Comparator.comparing((Planned planned) -> !planned.keepsAlignment())
                        .thenComparing(planned -> planned.file().path())
                        .thenComparing(planned -> planned.entry().begin()))
                .toList();
        this.start = new SafetensorsLayout(inOrder.stream()
                        .map(planned -> new SafetensorsLayout.Tensor(
                                planned.weight().name(),
                                planned.type(),
                                planned.entry().shape(),
                                planned.bytes()))
                        .toList())
                .start(ALIGNMENT);
    }

    /** Bytes of the file. */
    public long bytes() {
        return start.length + inOrder.stream().mapToLong(Planned::bytes).sum();
    }

    /**
     * Reads every weight once, in pieces, and writes the file, rounding to the nearest, ties to even, and what is too large to
     * infinity, as an engine does that loads it; the caller closes {@code out}.
     *
     * @return the {@link WeightsDigest} of the weights as the source stores them
     */
    public String write(OutputStream out) throws IOException {
        out.write(start);
        var sums = new HashMap<String, Long>();
        var pieces = new WeightPieces();
        try (var sources = new Sources()) {
            for (var planned : inOrder) {
                var sum = pieces.copy(
                        sources.of(planned.file()),
                        planned.entry().begin(),
                        planned.entry().end(),
                        planned.stored(),
                        out,
                        planned.type());
                sums.put(planned.weight().name(), sum);
            }
        }
        var digest = new WeightsDigest();
        for (var weight : spec.weights()) {
            digest.add(
                    weight.name(),
                    planOf.get(weight.name()).stored(),
                    weight.rows(),
                    weight.columns(),
                    sums.get(weight.name()));
        }
        return digest.hex();
    }

    /** The source's files, each opened once. */
    private static final class Sources implements Closeable {

        private final Map<SafetensorsFile, FileTree.RandomRead> open = new HashMap<>();

        FileTree.RandomRead of(SafetensorsFile file) throws IOException {
            var reads = open.get(file);
            if (reads == null) {
                reads = file.bytes();
                open.put(file, reads);
            }
            return reads;
        }

        @Override
        public void close() throws IOException {
            for (var reads : open.values()) {
                reads.close();
            }
        }
    }
}
