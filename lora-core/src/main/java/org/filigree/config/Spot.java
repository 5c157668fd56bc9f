package org.filigree.config;

import org.filigree.config.Located.Place;

/** A value being read: the field it is for, what was written, and where mistakes go. */
record Spot(String path, Located node, Problems problems) {

    Spot child(String name, Located child) {
        return new Spot(join(path, name), child, problems);
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** The same, where mistakes are for the caller to report. */
    Spot quiet() {
        return new Spot(path, node, new Problems());
    }

    Place place() {
        return node.place();
    }

    boolean isNull() {
        return node instanceof Located.Scalar scalar && scalar.isNull();
    }

    /** Reports that something of the type was wanted; null, for the type to return. */
    <T> T refuse(Type<T> type) {
        return refuse(type, "");
    }

    /** As {@link #refuse(Type)}, with more to say; silent where a mistake of the field is known already. */
    <T> T refuse(Type<T> type, String more) {
        if (!problems.at(path)) {
            problems.add(place(), path, "found %s, wanted %s%s".formatted(node.found(), type.wanted(), more));
        }
        return null;
    }
}
