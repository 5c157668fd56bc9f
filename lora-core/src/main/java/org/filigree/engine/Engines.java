package org.filigree.engine;

import java.util.ArrayList;
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
     * An engine by name or by preference.
     *
     * @param why one line for the log: that it was asked for, or which others were passed over and why
     */
    public record Found(Engine engine, String why) {}

    /**
     * Chooses engine, device and compute type.
     *
     * @param name {@code auto} or an engine's name
     * @param device {@code auto}, {@code cpu}, {@code cuda}, {@code cuda:1}
     * @param wanted compute type asked for; an engine may know that another pays
     * @throws EngineUnavailableException in one line when there is no such engine, or none that loads
     */
    public static Choice choose(String name, String device, DataType wanted, int threads) {
        var found = find(name);
        var engine = found.engine();
        var where = device.equals(AUTO) ? (engine.gpus() > 0 ? "cuda" : "cpu") : device;
        var type = engine.bestComputeType(where, wanted);
        return new Choice(
                engine,
                where,
                type.type(),
                threads,
                "engine %s (%s) on %s, %d threads, %s"
                        .formatted(engine.name(), found.why(), where, threads, type.reason()));
    }

    /** The engine of that name, or of all whose natives load here the preferred one. */
    public static Found find(String name) {
        return find(
                name,
                ServiceLoader.load(Engine.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList());
    }

    static Found find(String name, List<Engine> all) {
        if (name.equals(AUTO)) {
            return preferred(all);
        }
        return all.stream()
                .filter(engine -> engine.name().equals(name))
                .findFirst()
                .map(engine -> new Found(engine, "as asked"))
                .orElseThrow(() -> new EngineUnavailableException("engine.name: found %s, there are %s"
                        .formatted(name, all.stream().map(Engine::name).sorted().collect(Collectors.joining(", ")))));
    }

    private static Found preferred(List<Engine> all) {
        var passedOver = new ArrayList<String>();
        for (var engine : all.stream()
                .sorted(Comparator.comparingInt(Engine::preference).reversed())
                .toList()) {
            try {
                // Loads the natives: to be on the class path is not to run.
                engine.gpus();
            } catch (EngineUnavailableException | LinkageError e) {
                passedOver.add(engine.name() + " does not load: " + firstLine(e));
                continue;
            }
            return new Found(engine, passedOver.isEmpty() ? "preferred" : String.join("; ", passedOver));
        }
        throw new EngineUnavailableException(
                passedOver.isEmpty()
                        ? "engine.name: auto finds no engine on the class path"
                        : "engine.name: auto finds no engine that loads: " + String.join("; ", passedOver));
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
