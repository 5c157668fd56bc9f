package org.filigree.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.filigree.config.Located.Scalar;
import org.filigree.config.Located.Sequence;
import org.filigree.lora.LoraConfig.Modules;

/** {@code target_modules} as PEFT takes them: a list of names, a regular expression, or {@code all-linear}. */
record ModulesType() implements Type<Modules> {

    private static final String ALL_LINEAR = "all-linear";
    private static final Type<List<String>> NAMES =
            ContainerTypes.listOf(ScalarTypes.text("a module's name or the end of it"));

    /** What is wrong with a regular expression, or null. */
    static String fault(String regex) {
        try {
            Pattern.compile(regex);
            return null;
        } catch (PatternSyntaxException e) {
            return e.getDescription();
        }
    }

    @Override
    public Modules read(Spot spot) {
        if (spot.node() instanceof Sequence sequence && !sequence.items().isEmpty()) {
            var names = NAMES.read(spot);
            return names == null ? null : new Modules.Names(names);
        }
        if (!(spot.node() instanceof Scalar scalar)
                || scalar.isNull()
                || scalar.text().isBlank()) {
            return spot.refuse(this);
        }
        if (scalar.text().equals(ALL_LINEAR)) {
            return new Modules.AllLinear();
        }
        var fault = fault(scalar.text());
        return fault == null ? new Modules.Pattern(scalar.text()) : spot.refuse(this, " (%s)".formatted(fault));
    }

    @Override
    public Object write(Modules value) {
        if (value instanceof Modules.Names names) {
            return NAMES.write(names.names());
        }
        return value instanceof Modules.Pattern pattern ? Environment.escape(pattern.regex()) : ALL_LINEAR;
    }

    @Override
    public ObjectNode schema() {
        var either = Type.object();
        either.putArray("anyOf")
                .add(Type.object().put("type", "string").put("minLength", 1))
                .add(NAMES.schema());
        return either;
    }

    @Override
    public String wanted() {
        return "a list of module names, a regular expression or " + ALL_LINEAR;
    }
}
