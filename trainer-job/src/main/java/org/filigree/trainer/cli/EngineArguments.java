package org.filigree.trainer.cli;

import org.filigree.model.DataType;
import org.filigree.trainer.serve.EngineOptions;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options that say where a command computes. */
final class EngineArguments {

    @Option(names = "--engine", paramLabel = "NAME", defaultValue = "auto", description = "auto or an engine's name.")
    private String engine;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description = "auto, cpu, cuda or cuda:N; auto takes a GPU where there is one.")
    private String device;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "auto",
            converter = Threads.class,
            description = "auto (all processors) or a number.")
    private Integer threads;

    /** @param type null: the engine's choice for the base */
    EngineOptions options(DataType type) {
        return new EngineOptions(engine, device, type, threads);
    }

    static final class Threads implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            if (value.equals("auto")) {
                return 0;
            }
            if (!value.matches("[1-9][0-9]{0,3}")) {
                throw new TypeConversionException("'" + value + "' is neither auto nor a positive number");
            }
            return Integer.valueOf(value);
        }
    }
}
