package org.filigree.engine;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.filigree.model.DataType;

/** The engines on the class path, and the choice among them. */
public final class Engines {

    private static final String AUTO = "auto";

    private Engines() {}

    /**
     * An engine with all that {@code auto} left open filled in.
     *
     * @param reason one line for the log: what was taken and why
     */
    public record Choice(Engine engine, String device, DataType type, int threads, String reason) {
        public Kernels open() {
            return engine.open(device, type, threads);
        }
    }

    /**
     * Chooses engine, device and compute type.
     *
     * @param name {@code auto} or an engine's name
     * @param device {@code auto}, {@code cpu}, {@code cuda}, {@code cuda:1}
     * @param wanted compute type asked for; an engine may know that another pays
     * @throws EngineUnavailableException in one line when there is no such engine
     */
    public static Choice choose(String name, String device, DataType wanted, int threads) {
        var engine = find(name);
        var where = device.equals(AUTO) ? (engine.gpus() > 0 ? "cuda" : "cpu") : device;
        var type = engine.bestComputeType(where, wanted);
        return new Choice(
                engine,
                where,
                type.type(),
                threads,
                "engine %s on %s, %d threads, %s".formatted(engine.name(), where, threads, type.reason()));
    }

    /** The engine of that name, or the preferred one. */
    public static Engine find(String name) {
        var all = all();
        return all.stream()
                .filter(engine -> name.equals(AUTO) || engine.name().equals(name))
                .max(Comparator.comparingInt(Engine::preference))
                .orElseThrow(() -> new EngineUnavailableException("engine.name: found %s, there are %s"
                        .formatted(name, all.stream().map(Engine::name).sorted().collect(Collectors.joining(", ")))));
    }

    private static List<Engine> all() {
        return ServiceLoader.load(Engine.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }
}
