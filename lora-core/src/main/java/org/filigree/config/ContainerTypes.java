package org.filigree.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.filigree.config.Located.Mapping;
import org.filigree.config.Located.Sequence;

/** Types of lists and of mappings whose names are the user's own. */
final class ContainerTypes {

    private ContainerTypes() {}

    /** At least one item. */
    static <T> Type<List<T>> listOf(Type<T> item) {
        return new ListOf<>(item, false);
    }

    /** At least one item; one alone needs no brackets. */
    static <T> Type<List<T>> oneOrListOf(Type<T> item) {
        return new ListOf<>(item, true);
    }

    /** In the order written. */
    static <T> Type<Map<String, T>> mapTo(String wanted, Type<T> value) {
        return new MapTo<>(wanted, value);
    }

    private record ListOf<T>(Type<T> item, boolean loneItem) implements Type<List<T>> {
        @Override
        public List<T> read(Spot spot) {
            if (loneItem && spot.node() instanceof Located.Scalar) {
                var alone = item.read(spot);
                return alone == null ? null : List.of(alone);
            }
            if (!(spot.node() instanceof Sequence sequence) || sequence.items().isEmpty()) {
                return spot.refuse(this);
            }
            var values = new ArrayList<T>();
            var sound = true;
            for (var i = 0; i < sequence.items().size(); i++) {
                var value =
                        item.read(spot.child(String.valueOf(i), sequence.items().get(i)));
                sound &= value != null;
                values.add(value);
            }
            return sound ? List.copyOf(values) : null;
        }

        @Override
        public Object write(List<T> value) {
            return value.stream().map(item::write).toList();
        }

        @Override
        public ObjectNode schema() {
            var list = Type.object().put("type", "array").put("minItems", 1);
            list.set("items", item.schema());
            if (!loneItem) {
                return Type.orVariable(list);
            }
            var either = Type.object();
            either.putArray("anyOf").add(item.schema()).add(list);
            return either;
        }

        @Override
        public String wanted() {
            return "a list, each item " + item.wanted();
        }
    }

    private record MapTo<T>(String wanted, Type<T> value) implements Type<Map<String, T>> {
        @Override
        public Map<String, T> read(Spot spot) {
            if (!(spot.node() instanceof Mapping mapping)) {
                return spot.refuse(this);
            }
            var values = new LinkedHashMap<String, T>();
            mapping.entries().forEach((name, node) -> {
                var read = value.read(spot.child(name, node));
                if (read != null) {
                    values.put(name, read);
                }
            });
            return values.size() == mapping.entries().size() ? Collections.unmodifiableMap(values) : null;
        }

        @Override
        public Object write(Map<String, T> map) {
            var written = new LinkedHashMap<String, Object>();
            map.forEach((name, each) -> written.put(name, value.write(each)));
            return written;
        }

        @Override
        public ObjectNode schema() {
            var schema = Type.object().put("type", "object");
            schema.set("additionalProperties", value.schema());
            return Type.orVariable(schema);
        }
    }
}
