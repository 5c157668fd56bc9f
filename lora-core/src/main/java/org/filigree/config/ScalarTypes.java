package org.filigree.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.regex.Pattern;
import org.filigree.config.Located.Scalar;

/** Types of single values. A number or flag in quotes is a text and refused; a text needs no quotes. */
final class ScalarTypes {

    private ScalarTypes() {}

    static Type<String> text(String wanted) {
        return new Text(wanted, Pattern.compile("(?s).+"));
    }

    static Type<String> text(String wanted, String pattern) {
        return new Text(wanted, Pattern.compile(pattern));
    }

    /** What any filesystem takes as a folder's name. */
    static Type<String> folderName() {
        return text(
                "letters, digits, '.', '_' and '-', not starting with '.', 100 at most",
                "[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}");
    }

    static Type<Integer> integer(int least) {
        return new Whole<>(least, Integer.MAX_VALUE, number -> (int) number);
    }

    static Type<Long> longInteger(long least) {
        return new Whole<>(least, Long.MAX_VALUE, number -> number);
    }

    static Type<Double> positive() {
        return new Real(Math.nextUp(0), Double.MAX_VALUE, "a number greater than 0");
    }

    static Type<Double> atLeastZero() {
        return new Real(0, Double.MAX_VALUE, "a number of at least 0");
    }

    /** From 0 up to, but without, 1. */
    static Type<Double> fraction() {
        return new Real(0, Math.nextDown(1.0), "a number of at least 0 and less than 1");
    }

    static Type<Double> share() {
        return new Real(0, 1, "a number from 0 to 1");
    }

    static Type<Boolean> flag() {
        return new Flag();
    }

    /** An enum's constants, in lower case. */
    static <E extends Enum<E>> Type<E> choice(Class<E> type) {
        var values = new LinkedHashMap<String, E>();
        for (var constant : type.getEnumConstants()) {
            values.put(constant.name().toLowerCase(java.util.Locale.ROOT), constant);
        }
        return new Choice<>(values);
    }

    static Type<String> choice(String... words) {
        var values = new LinkedHashMap<String, String>();
        for (var word : words) {
            values.put(word, word);
        }
        return new Choice<>(values);
    }

    /** A type, or one word that stands for {@code meaning}. */
    static <T> Type<T> orWord(String word, T meaning, Type<T> type) {
        return new OrWord<>(word, meaning, type);
    }

    private record Text(String wanted, Pattern pattern) implements Type<String> {
        @Override
        public String read(Spot spot) {
            return spot.node() instanceof Scalar scalar
                            && !scalar.isNull()
                            && pattern.matcher(scalar.text()).matches()
                    ? scalar.text()
                    : spot.refuse(this);
        }

        @Override
        public Object write(String value) {
            return Environment.escape(value);
        }

        @Override
        public ObjectNode schema() {
            return Type.object().put("type", "string").put("minLength", 1);
        }
    }

    private record Whole<T extends Number>(long least, long most, LongFunction<T> boxed) implements Type<T> {
        private static final Pattern DIGITS = Pattern.compile("[-+]?(0|[1-9][0-9]*)");

        @Override
        public T read(Spot spot) {
            if (spot.node() instanceof Scalar scalar
                    && !scalar.quoted()
                    && DIGITS.matcher(scalar.text()).matches()) {
                var number = new BigInteger(scalar.text());
                if (number.bitLength() < Long.SIZE && number.longValue() >= least && number.longValue() <= most) {
                    return boxed.apply(number.longValue());
                }
            }
            return spot.refuse(this);
        }

        @Override
        public Object write(T value) {
            return value;
        }

        @Override
        public ObjectNode schema() {
            return Type.orVariable(
                    Type.object().put("type", "integer").put("minimum", least).put("maximum", most));
        }

        @Override
        public String wanted() {
            return "an integer from %d to %d".formatted(least, most);
        }
    }

    private record Real(double least, double most, String wanted) implements Type<Double> {
        /** {@code 2e-4} too, which YAML 1.1 takes for a text. */
        private static final Pattern NUMBER = Pattern.compile("[-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?");

        @Override
        public Double read(Spot spot) {
            if (spot.node() instanceof Scalar scalar
                    && !scalar.quoted()
                    && NUMBER.matcher(scalar.text()).matches()) {
                var number = Double.parseDouble(scalar.text());
                if (number >= least && number <= most) {
                    return number + 0.0;
                }
            }
            return spot.refuse(this);
        }

        @Override
        public Object write(Double value) {
            return value;
        }

        @Override
        public ObjectNode schema() {
            var schema = Type.object().put("type", "number");
            if (least == 0) {
                schema.put("minimum", 0);
            } else {
                schema.put("exclusiveMinimum", 0);
            }
            if (most == 1) {
                schema.put("maximum", 1);
            } else if (most < 1) {
                schema.put("exclusiveMaximum", 1);
            }
            return Type.orVariable(schema);
        }
    }

    private record Flag() implements Type<Boolean> {
        @Override
        public Boolean read(Spot spot) {
            if (spot.node() instanceof Scalar scalar && !scalar.quoted()) {
                switch (scalar.text()) {
                    case "true", "True", "TRUE" -> {
                        return true;
                    }
                    case "false", "False", "FALSE" -> {
                        return false;
                    }
                    default -> {}
                }
            }
            return spot.refuse(this);
        }

        @Override
        public Object write(Boolean value) {
            return value;
        }

        @Override
        public ObjectNode schema() {
            return Type.orVariable(Type.object().put("type", "boolean"));
        }

        @Override
        public String wanted() {
            return "true or false";
        }
    }

    private record Choice<T>(Map<String, T> values) implements Type<T> {
        @Override
        public T read(Spot spot) {
            if (!(spot.node() instanceof Scalar scalar)) {
                return spot.refuse(this);
            }
            var value = values.get(scalar.text());
            return value != null ? value : spot.refuse(this, Nearest.hint(scalar.text(), values.keySet()));
        }

        @Override
        public Object write(T value) {
            return values.entrySet().stream()
                    .filter(entry -> entry.getValue().equals(value))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElseThrow();
        }

        @Override
        public ObjectNode schema() {
            var schema = Type.object();
            var words = schema.putArray("enum");
            values.keySet().forEach(words::add);
            return Type.orVariable(schema);
        }

        @Override
        public String wanted() {
            var words = List.copyOf(new java.util.ArrayList<>(values.keySet()));
            return words.size() == 1
                    ? words.get(0)
                    : String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.get(words.size() - 1);
        }
    }

    private record OrWord<T>(String word, T meaning, Type<T> type) implements Type<T> {
        @Override
        public T read(Spot spot) {
            if (spot.node() instanceof Scalar scalar) {
                if (scalar.text().equals(word)) {
                    return meaning;
                }
            }
            var value = type.read(spot.quiet());
            return value != null ? value : spot.refuse(this);
        }

        @Override
        public Object write(T value) {
            return java.util.Objects.equals(value, meaning) ? word : type.write(value);
        }

        @Override
        public boolean writesNull() {
            return meaning == null;
        }

        @Override
        public ObjectNode schema() {
            var either = Type.object();
            either.putArray("anyOf").add(Type.object().put("const", word)).add(type.schema());
            return either;
        }

        @Override
        public String wanted() {
            return word + " or " + type.wanted();
        }
    }
}
