package org.filigree.config;

import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.filigree.config.Located.Mapping;

/**
 * What fields must not say together. It is not judged where one of them is wrong by itself.
 *
 * @param field the one to change, from the rule's section
 * @param others fields or sections that it is judged by
 * @param broken by the record and by what was written for it
 * @param message what was found and what is wanted
 */
record Rule<R>(String field, List<String> others, BiPredicate<R, Mapping> broken, Function<R, String> message) {

    void check(Spot section, Mapping written, R record) {
        var known = !touched(section, field) && others.stream().noneMatch(other -> touched(section, other));
        if (known && broken.test(record, written)) {
            section.problems()
                    .add(
                            written.at(field).orElse(written).place(),
                            Spot.join(section.path(), field),
                            message.apply(record));
        }
    }

    private static boolean touched(Spot section, String field) {
        return section.problems().touch(Spot.join(section.path(), field));
    }
}
