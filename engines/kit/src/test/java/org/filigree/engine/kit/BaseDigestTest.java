package org.filigree.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.filigree.engine.Base;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.model.DataType;
import org.filigree.model.Weights;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tells two bases of the same make apart. */
class BaseDigestTest {

    @TempDir
    private Path folder;

    private HuggingFaceFolder model;

    @BeforeEach
    void open() throws IOException {
        model = new ReferenceCase("llama", folder).model();
    }

    private String digest(Weights weights) {
        try (var kernels = new PlainKernels();
                var base = Base.load(kernels, model.spec(), weights)) {
            return base.digest();
        }
    }

    private static Weights.Stored with(Weights.Stored stored, DataType type, ByteBuffer data) {
        return new Weights.Stored(type, stored.rows(), stored.columns(), data);
    }

    @Test
    void theSameWeightsHaveTheSameDigest() {
        assertThat(digest(model)).hasSize(64).isEqualTo(digest(model));
    }

    @Test
    void oneBitOfTheLastWeightChangesIt() {
        var last = model.spec().weights().get(model.spec().weights().size() - 1).name();
        Weights other = name -> {
            var stored = model.read(name);
            return name.equals(last) ? with(stored, stored.type(), lastBitTurned(stored.data())) : stored;
        };
        assertThat(digest(other)).isNotEqualTo(digest(model));
    }

    private static ByteBuffer lastBitTurned(ByteBuffer data) {
        var copy = ByteBuffer.allocate(data.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        copy.put(data.duplicate()).flip();
        var last = copy.limit() - Float.BYTES;
        copy.put(last, (byte) (copy.get(last) ^ 1));
        return copy;
    }
}
