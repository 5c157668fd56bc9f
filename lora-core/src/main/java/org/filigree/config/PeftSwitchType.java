package org.filigree.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.filigree.config.RunConfig.Adapter;
import org.filigree.lora.PeftSwitches;

/**
 * A field that an adapter_config.json carries and we have no use for: nothing is kept of it.
 *
 * @param only the one value we have, null for any that is off
 * @param anything information, whatever it says
 */
record PeftSwitchType(Object only, boolean anything) implements Type<Object> {

    /** All of {@link PeftSwitches}, as fields that are read and never written. */
    static List<Field<Adapter, ?>> fields() {
        var fields = new ArrayList<Field<Adapter, ?>>();
        PeftSwitches.FEATURES.forEach(name -> fields.add(field(
                name, new PeftSwitchType(null, false), "PEFT's; accepted switched off, as it is not supported.")));
        PeftSwitches.FIXED.forEach((name, value) -> fields.add(fixed(name, value)));
        PeftSwitches.FIXED_AT_START.forEach((name, value) -> fields.add(fixed(name, value)));
        PeftSwitches.INFORMATION.forEach(name -> fields.add(field(
                name,
                new PeftSwitchType(null, true),
                "PEFT's; accepted so that an adapter_config.json pastes in, without effect.")));
        fields.sort(Comparator.comparing(Field::name));
        return fields;
    }

    private static Field<Adapter, Object> fixed(String name, Object value) {
        return field(name, new PeftSwitchType(value, false), "PEFT's; %s is the only one supported.".formatted(value));
    }

    private static Field<Adapter, Object> field(String name, PeftSwitchType type, String description) {
        return Field.<Adapter, Object>optional(name, type, null, adapter -> null, description)
                .writtenWhen(adapter -> false);
    }

    @Override
    public Object read(Spot spot) {
        var accepted = anything
                || (only == null
                        ? PeftSwitches.off(plain(spot.node()))
                        : only.toString().equals(plain(spot.node()).toString()));
        return accepted ? null : spot.refuse(this);
    }

    private static Object plain(Located node) {
        if (node instanceof Located.Sequence sequence) {
            return sequence.items();
        }
        if (node instanceof Located.Mapping mapping) {
            return mapping.entries();
        }
        var scalar = (Located.Scalar) node;
        return !scalar.quoted() && scalar.text().equalsIgnoreCase("false") ? (Object) false : scalar.text();
    }

    @Override
    public boolean effective() {
        return false;
    }

    @Override
    public Object write(Object value) {
        throw new UnsupportedOperationException("nothing is kept of a switch");
    }

    @Override
    public ObjectNode schema() {
        var schema = Type.object();
        if (anything) {
            return schema;
        }
        if (only == null) {
            schema.putArray("anyOf")
                    .add(Type.object().put("const", false))
                    .add(Type.object().put("type", "array").put("maxItems", 0))
                    .add(Type.object().put("type", "object").put("maxProperties", 0));
        } else {
            schema.putPOJO("const", only);
        }
        return schema;
    }

    @Override
    public String wanted() {
        return only == null ? "null or false: it is not supported" : only + ": nothing else is supported";
    }
}
