package org.filigree.trainer.serve;

import org.filigree.engine.Engines;
import org.filigree.model.DataType;

/**
 * Which engine a command computes on.
 *
 * @param name {@code auto} or an engine's name
 * @param device {@code auto}, {@code cpu}, {@code cuda}, {@code cuda:1}
 * @param type compute type, taken as it is; null: the base's stored type where the engine says that it pays
 * @param threads 0: as many as this JVM has processors
 */
public record EngineOptions(String name, String device, DataType type, int threads) {

    public static final EngineOptions AUTO = new EngineOptions("auto", "auto", null, 0);

    /** @param stored what the base is stored in */
    public Engines.Choice choose(DataType stored) {
        var count = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
        var choice = Engines.choose(name, device, stored, count);
        return type == null
                ? choice
                : new Engines.Choice(choice.engine(), choice.device(), type, count, type + " as asked");
    }
}
