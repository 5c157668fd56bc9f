package org.filigree.trainer.publish;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.filigree.config.RunConfig;
import org.filigree.format.FileTree;
import org.filigree.format.HuggingFaceWriter;
import org.filigree.format.PeftWriter;
import org.filigree.model.DataType;
import org.filigree.trainer.input.RunSetup;

/** The files of a published folder: a PEFT adapter, or after full training a Hugging Face model. */
public final class AdapterFiles implements PublishedFiles {

    /** What a server needs beside an adapter to encode and format prompts as in training. */
    private static final List<String> TOKENIZER_FILES = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "chat_template.jinja",
            "vocab.json",
            "merges.txt",
            "added_tokens.json");

    private final FileTree files;
    private final RunConfig config;
    private final RunSetup setup;

    public AdapterFiles(FileTree files, RunConfig config, RunSetup setup) {
        this.files = files;
        this.config = config;
        this.setup = setup;
    }

    private boolean full() {
        return config.adapter().method() == RunConfig.Method.FULL;
    }

    @Override
    public String lastFile() {
        return full() ? "config.json" : "adapter_config.json";
    }

    private DataType storedType() {
        return full() ? DataType.valueOf(config.base().dtype().name()) : DataType.FLOAT32;
    }

    /** None, or half a unit in bfloat16's last place. */
    @Override
    public double tolerance() {
        return storedType() == DataType.FLOAT32 ? 0 : 0x1p-8;
    }

    @Override
    public void write(String folder, String which, float[] values) throws IOException {
        if (full()) {
            new HuggingFaceWriter(files).write(folder, setup.base(), storedType(), name -> {
                var tensor = setup.plan().layout().find(name);
                return Arrays.copyOfRange(values, tensor.offset(), tensor.offset() + tensor.elements());
            });
        } else {
            copyTokenizer(folder);
            new PeftWriter(files)
                    .write(
                            folder,
                            setup.base().spec(),
                            config.base().name(),
                            config.adapter().lora(),
                            setup.plan(),
                            values);
        }
        try (var out = files.create(FileTree.join(folder, "README.md"), false)) {
            out.write(ModelCard.of(config, setup, which).getBytes(StandardCharsets.UTF_8));
        }
    }

    private void copyTokenizer(String folder) throws IOException {
        var from = config.data().tokenizer() != null
                ? config.data().tokenizer()
                : config.base().path();
        for (var name : TOKENIZER_FILES) {
            if (files.exists(FileTree.join(from, name))) {
                try (var in = files.open(FileTree.join(from, name));
                        var out = files.create(FileTree.join(folder, name), false)) {
                    in.transferTo(out);
                }
            }
        }
    }
}
