package org.filigree.config;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What a field may hold. Reading, writing and the schema come from the same type, so that they cannot drift apart.
 *
 * @param <T> the Java value
 */
interface Type<T> {

    /** The value written there, or null after {@link Spot#refuse}. */
    T read(Spot spot);

    /** The value as maps, lists, texts, numbers and flags, so that {@link #read} finds an equal one. */
    Object write(T value);

    /** Whether the value has an effect; messages do not list the other fields. */
    default boolean effective() {
        return true;
    }

    /** Whether null is a value that {@link #write} has a word for. */
    default boolean writesNull() {
        return false;
    }

    ObjectNode schema();

    /** What messages say was wanted. */
    String wanted();

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** A schema of what is no text: a variable may stand for it. */
    static ObjectNode orVariable(ObjectNode schema) {
        var either = object();
        either.putArray("anyOf").add(schema).add(object().put("$ref", "#/$defs/" + RunConfigSchema.VARIABLE));
        return either;
    }
}
