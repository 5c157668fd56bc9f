package org.filigree.trainer.cli;

import java.util.Map;
import java.util.TreeMap;
import org.filigree.model.DataType;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Names of number types; {@code auto} is none. */
final class DataTypes {

    /** @param type null for auto */
    record Choice(DataType type) {}

    private DataTypes() {}

    /** What an engine computes in. */
    static final class Computing extends Named {
        Computing() {
            super(Map.of("float32", DataType.FLOAT32, "bfloat16", DataType.BFLOAT16));
        }
    }

    /** What a folder is written in. */
    static final class Writing extends Named {
        Writing() {
            super(Map.of("float32", DataType.FLOAT32, "bfloat16", DataType.BFLOAT16, "float16", DataType.FLOAT16));
        }
    }

    private abstract static class Named implements ITypeConverter<Choice> {
        private final Map<String, DataType> types;

        Named(Map<String, DataType> types) {
            this.types = new TreeMap<>(types);
        }

        @Override
        public Choice convert(String value) {
            if (!value.equals("auto") && !types.containsKey(value)) {
                throw new TypeConversionException(
                        "'" + value + "' is none of auto, " + String.join(", ", types.keySet()));
            }
            return new Choice(types.get(value));
        }
    }
}
