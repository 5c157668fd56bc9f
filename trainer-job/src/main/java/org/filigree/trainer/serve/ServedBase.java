package org.filigree.trainer.serve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.filigree.engine.Base;
import org.filigree.engine.Engines;
import org.filigree.engine.Kernels;
import org.filigree.engine.Session;
import org.filigree.engine.SessionOptions;
import org.filigree.format.FileTree;
import org.filigree.format.FormatException;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.PeftAdapter;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.AdapterPlanner;
import org.filigree.model.ModelSpec;

/** A base folder in an engine, and adapters over it, each in a slot of one session. Slot 0 stays empty: the base. */
public final class ServedBase implements AutoCloseable {

    public static final int BASE_SLOT = 0;

    /** A PEFT folder's plan and values on a model. */
    public record Adapter(AdapterPlan plan, float[] values) {}

    private final FileTree files;
    private final HuggingFaceFolder folder;
    private final Engines.Choice engine;
    private final Kernels kernels;
    private final Base base;
    private final Session session;
    private final List<String> adapters = new ArrayList<>();

    private ServedBase(FileTree files, HuggingFaceFolder folder, Engines.Choice engine) {
        this.files = files;
        this.folder = folder;
        this.engine = engine;
        this.kernels = engine.open();
        try {
            this.base = Base.load(kernels, folder.spec(), folder);
        } catch (RuntimeException | Error e) {
            kernels.close();
            throw e;
        }
        this.session = base.session(SessionOptions.DEFAULT);
    }

    /**
     * Loads a base.
     *
     * @throws FormatException in one line when the folder is no sound base
     * @throws org.filigree.engine.EngineUnavailableException in one line when there is no such engine or device
     */
    public static ServedBase open(FileTree files, String folder, EngineOptions options) throws IOException {
        var read = HuggingFaceFolder.open(files, folder);
        return load(files, read, options.choose(read.storedType()));
    }

    /** Loads a base that has been opened, into an engine that has been chosen. */
    public static ServedBase load(FileTree files, HuggingFaceFolder folder, Engines.Choice engine) {
        return new ServedBase(files, folder, engine);
    }

    /** @throws FormatException in one line when the folder is no adapter, or one for another base */
    public static Adapter adapter(FileTree files, String folder, ModelSpec spec) throws IOException {
        var adapter = PeftAdapter.open(files, folder);
        try {
            var plan = AdapterPlanner.plan(spec, adapter.config());
            return new Adapter(plan, adapter.values(plan));
        } catch (IllegalArgumentException e) {
            throw new FormatException("%s: an adapter for another base: %s".formatted(folder, e.getMessage()), e);
        }
    }

    /** Places an adapter in a slot of its own and returns the slot. */
    public int add(String adapterFolder) throws IOException {
        var adapter = adapter(files, adapterFolder, folder.spec());
        adapters.add(adapterFolder);
        session.put(adapters.size(), adapter.plan(), adapter.values());
        return adapters.size();
    }

    public HuggingFaceFolder folder() {
        return folder;
    }

    public ModelSpec spec() {
        return folder.spec();
    }

    public Session session() {
        return session;
    }

    /** One line: the engine, and why this compute type. */
    public String engineReason() {
        return engine.reason();
    }

    @Override
    public void close() {
        session.close();
        base.close();
        kernels.close();
    }
}
