package org.filigree.trainer.input;

import java.io.IOException;
import org.filigree.config.FiligreeException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.config.RunConfig;
import org.filigree.format.FileTree;
import org.filigree.format.FormatException;
import org.filigree.format.PeftAdapter;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.AdapterPlanner;
import org.filigree.lora.LoraConfig;
import org.filigree.lora.LoraConfig.Modules;
import org.filigree.model.ModelSpec;

/** The adapter that {@code adapter.init_from} names: its values, on the scales it was trained with. */
public final class StartingAdapter {

    private static final LoraConfig DEFAULTS = new LoraConfig(
            8, 8, 0, new Modules.AllLinear(), null, null, null, java.util.Map.of(), java.util.Map.of(), false);

    private StartingAdapter() {}

    /** The configuration, with the adapter's own LoRA settings where it says nothing of them. */
    public static RunConfig resolved(FileTree files, RunConfig config) throws IOException {
        var adapter = config.adapter();
        if (adapter.initFrom() == null || !DEFAULTS.equals(adapter.lora())) {
            return config;
        }
        var own = new RunConfig.Adapter(
                adapter.name(),
                adapter.method(),
                open(files, adapter.initFrom()).config(),
                adapter.initFrom());
        return config.withAdapter(own);
    }

    /**
     * The adapter's values in the plan's order.
     *
     * @throws FiligreeException with CONFIGURATION when it is for another base, other targets or another scale
     */
    static float[] values(FileTree files, String folder, ModelSpec spec, AdapterPlan plan) throws IOException {
        var adapter = open(files, folder);
        try {
            var values = adapter.values(plan);
            var scales = AdapterPlanner.plan(spec, adapter.config());
            for (var i = 0; i < plan.wraps().size(); i++) {
                var wanted = plan.wraps().get(i);
                var found = scales.wraps().get(i);
                if (wanted.scale() != found.scale()) {
                    throw new FormatException("%s: %s is scaled by %s (lora_alpha %s), this run scales it by %s (%s)"
                            .formatted(
                                    folder,
                                    found.module(),
                                    found.scale(),
                                    found.alpha(),
                                    wanted.scale(),
                                    wanted.alpha()));
                }
            }
            return values;
        } catch (FormatException | IllegalArgumentException e) {
            throw new FiligreeException(Code.CONFIGURATION, "adapter.init_from: " + e.getMessage(), e);
        }
    }

    private static PeftAdapter open(FileTree files, String folder) throws IOException {
        try {
            return PeftAdapter.open(files, folder);
        } catch (FormatException e) {
            throw new FiligreeException(Code.CONFIGURATION, "adapter.init_from: " + e.getMessage(), e);
        }
    }
}
