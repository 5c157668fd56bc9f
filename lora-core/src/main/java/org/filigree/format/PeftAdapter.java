package org.filigree.format;

import java.io.IOException;
import java.util.HashSet;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.LoraConfig;

/** A PEFT adapter folder as read: adapter_config.json and adapter_model.safetensors. */
public final class PeftAdapter {

    static final String PREFIX = "base_model.model.";
    static final String CONFIG = "adapter_config.json";
    static final String TENSORS = "adapter_model.safetensors";

    private final LoraConfig config;
    private final SafetensorsFile tensors;

    private PeftAdapter(LoraConfig config, SafetensorsFile tensors) {
        this.config = config;
        this.tensors = tensors;
    }

    /** @throws FormatException in one line when the folder is not an adapter we have */
    public static PeftAdapter open(FileTree files, String folder) throws IOException {
        var path = FileTree.join(folder, CONFIG);
        if (!files.exists(path)) {
            throw new FormatException(path + ": no such file; an adapter is a PEFT folder");
        }
        var config = LoraConfigJson.read(path, JsonFile.read(files, path));
        var tensors = FileTree.join(folder, TENSORS);
        if (!files.exists(tensors)) {
            throw new FormatException(tensors + ": no such file, but there is an " + CONFIG);
        }
        return new PeftAdapter(config, SafetensorsFile.open(files, tensors));
    }

    public LoraConfig config() {
        return config;
    }

    /**
     * The adapter's values in the plan's order.
     *
     * @throws FormatException when tensors are missing, left over or of another shape: an adapter for another base
     */
    public float[] values(AdapterPlan plan) throws IOException {
        var values = new float[plan.layout().size()];
        var left = new HashSet<>(tensors.entries().keySet());
        for (var wanted : plan.layout().tensors()) {
            var entry = tensors.entries().get(PREFIX + wanted.name());
            if (entry == null) {
                throw new FormatException("%s: no tensor %s%s: an adapter for another base or other targets"
                        .formatted(tensors.path(), PREFIX, wanted.name()));
            }
            if (entry.rows() != wanted.rows() || entry.columns() != wanted.columns()) {
                throw new FormatException("%s: %s is [%d, %d], this base and rank want [%d, %d]"
                        .formatted(
                                tensors.path(),
                                entry.name(),
                                entry.rows(),
                                entry.columns(),
                                wanted.rows(),
                                wanted.columns()));
            }
            System.arraycopy(tensors.floats(entry.name()), 0, values, wanted.offset(), wanted.elements());
            left.remove(entry.name());
        }
        if (!left.isEmpty()) {
            throw new FormatException("%s: %s belongs to nothing its configuration targets"
                    .formatted(tensors.path(), left.iterator().next()));
        }
        return values;
    }
}
