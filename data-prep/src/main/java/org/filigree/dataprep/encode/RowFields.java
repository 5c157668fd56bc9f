package org.filigree.dataprep.encode;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A row's fields under the names its shape uses. A field comes from the column of its own name, from another that
 * {@code columns} names, or from a template with {@code {column}} in it.
 */
record RowFields(JsonNode row, Map<String, String> columns) {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]+)\\}");

    /** @throws BadRowException when the column is missing, null or not text */
    String text(String field) {
        var source = columns.getOrDefault(field, field);
        var places = PLACEHOLDER.matcher(source);
        if (!places.find()) {
            return column(source);
        }
        return places.replaceAll(place -> Matcher.quoteReplacement(column(place.group(1))));
    }

    /** As {@link #text}, empty where there is none. */
    String optional(String field) {
        var source = columns.getOrDefault(field, field);
        return row.hasNonNull(source) || PLACEHOLDER.matcher(source).find() ? text(field) : "";
    }

    boolean has(String field) {
        return row.hasNonNull(columns.getOrDefault(field, field));
    }

    /** Also where it is null. */
    boolean names(String field) {
        return row.has(columns.getOrDefault(field, field));
    }

    JsonNode node(String field) {
        var column = columns.getOrDefault(field, field);
        if (!row.hasNonNull(column)) {
            throw missing(column);
        }
        return row.path(column);
    }

    private BadRowException missing(String column) {
        var there = new ArrayList<String>();
        row.fieldNames().forEachRemaining(there::add);
        return new BadRowException("no " + column, "there are " + there);
    }

    private String column(String column) {
        if (!row.hasNonNull(column)) {
            throw missing(column);
        }
        var value = row.path(column);
        if (value.isContainerNode()) {
            throw new BadRowException(
                    column + " is not text", value.getNodeType().toString());
        }
        return value.asText();
    }
}
