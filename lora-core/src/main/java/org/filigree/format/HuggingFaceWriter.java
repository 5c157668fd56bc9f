package org.filigree.format;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Function;
import org.filigree.model.DataType;

/**
 * Writes a model as a Hugging Face folder: the source's config.json, tokenizer and generation files, and weights of the
 * caller's under the model's own names. A tied output embedding stays tied: it is not written.
 */
public final class HuggingFaceWriter {

    private static final ObjectWriter JSON = new ObjectMapper().writer().with(SerializationFeature.INDENT_OUTPUT);

    private final FileTree files;

    public HuggingFaceWriter(FileTree files) {
        this.files = files;
    }

    /**
     * Writes config.json last; none of the files may be there yet. When it fails, what it wrote is taken away.
     *
     * @param type float32, bfloat16 or float16; values are rounded to the nearest, ties to even
     * @param values a weight's name in {@code source.spec()} -> its elements, row-major as the source stores them; asked
     *     for one weight at a time
     * @throws FormatException when a value is too large for {@code type}
     * @throws java.nio.file.FileAlreadyExistsException when a file is in the way
     */
    public void write(String folder, HuggingFaceFolder source, DataType type, Function<String, float[]> values)
            throws IOException {
        var written = new ArrayList<String>();
        try {
            weights(create(folder, WeightFiles.WHOLE, written), source, type, values);
            for (var name : source.tokenizerFiles()) {
                try (var in = source.files().open(FileTree.join(source.path(), name));
                        var out = create(folder, name, written)) {
                    in.transferTo(out);
                }
            }
            try (var out = create(folder, HuggingFaceFolder.CONFIG, written)) {
                out.write(JSON.writeValueAsBytes(config(source, type)));
            }
        } catch (IOException | RuntimeException | Error e) {
            takeAway(written, e);
            throw e;
        }
    }

    private OutputStream create(String folder, String name, List<String> written) throws IOException {
        var path = FileTree.join(folder, name);
        var out = files.create(path, false);
        written.add(path);
        return out;
    }

    private void takeAway(List<String> written, Throwable why) {
        for (var path : written) {
            try {
                files.delete(path);
            } catch (IOException e) {
                why.addSuppressed(e);
            }
        }
    }

    private static void weights(
            OutputStream to, HuggingFaceFolder source, DataType type, Function<String, float[]> values)
            throws IOException {
        var tensors = new TreeMap<String, SafetensorsWriter.Tensor>();
        for (var weight : source.spec().weights()) {
            var name = weight.name();
            tensors.put(
                    name,
                    new SafetensorsWriter.Tensor(
                            source.shape(name), () -> values.apply(name), 0, Math.toIntExact(weight.elements())));
        }
        try (var out = new BufferedOutputStream(to)) {
            SafetensorsWriter.write(out, tensors, type);
        }
    }

    private static ObjectNode config(HuggingFaceFolder source, DataType type) throws IOException {
        var config = source.config();
        // A machine's path, and how weights were packed that now are not.
        config.remove(List.of("_name_or_path", "quantization_config"));
        config.put(config.has("dtype") ? "dtype" : "torch_dtype", type.name().toLowerCase(Locale.ROOT));
        return config;
    }
}
