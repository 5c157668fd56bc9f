package org.filigree.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;

/** The JSON Schema of a configuration, for editors; from the definitions that {@link RunConfigReader} reads by. */
public final class RunConfigSchema {

    /** The definition of a text with an environment variable in it. */
    static final String VARIABLE = "variable";

    private RunConfigSchema() {}

    /** JSON Schema, draft 2020-12. What fields must not say together is for the reader to tell. */
    public static String json() {
        var schema = Type.object()
                .put("$schema", "https://json-schema.org/draft/2020-12/schema")
                .put("title", "A Filigree run");
        schema.setAll(RunConfigFields.ROOT.schema());
        schema.putObject("$defs")
                .putObject(VARIABLE)
                .put("type", "string")
                .put("pattern", "\\$\\{")
                .put("description", "${NAME} or ${NAME:-default} takes the environment.");
        try {
            return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(schema) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree is always JSON", e);
        }
    }
}
