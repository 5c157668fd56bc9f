package org.filigree.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.filigree.config.Located.Scalar;

/** Types of texts, flags and words. A flag in quotes is a text and refused; a text needs no quotes. */
final class ScalarTypes {

    private ScalarTypes() {}

    static Type<String> text(String wanted) {
        return new Text(wanted, Pattern.compile("(?s).*\\S.*"));
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

    static Type<Boolean> flag() {
        return new Flag();
    }

    /** An enum's constants, in lower case. */
    static <E extends Enum<E>> Type<E> choice(Class<E> type) {
        var values = new LinkedHashMap<String, E>();
        for (var constant : type.getEnumConstants()) {
            values.put(constant.name().toLowerCase(Locale.ROOT), constant);
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
            var words = List.copyOf(values.keySet());
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
            return Objects.equals(value, meaning) ? word : type.write(value);
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
