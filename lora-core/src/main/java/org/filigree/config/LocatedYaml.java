package org.filigree.config;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import org.filigree.config.Located.Mapping;
import org.filigree.config.Located.Place;
import org.filigree.config.Located.Scalar;
import org.filigree.config.Located.Sequence;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingEndEvent;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceEndEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.events.StreamStartEvent;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * One YAML document as a tree with lines. Scalars keep their text: what it means is for the field to say, so a run may be
 * called {@code 007} or {@code no}. Duplicate keys, a second document, anchors, aliases and tags are refused: a
 * configuration is read by people who do not know all of YAML.
 */
final class LocatedYaml {

    private static final int DEEPEST = 20;

    private final Problems problems;
    private final String source;
    private final int firstLine;
    private Iterator<Event> events;

    private LocatedYaml(String source, int firstLine, Problems problems) {
        this.source = source;
        this.firstLine = firstLine;
        this.problems = problems;
    }

    /** The text's document, an empty scalar where there is none, or null after a problem that leaves no tree. */
    static Located parse(String fileName, String yaml, Problems problems) {
        return new LocatedYaml(fileName, 1, problems).document(yaml);
    }

    /** As {@link #parse}, every line of it at one place. */
    static Located parseAt(Place place, String yaml, Problems problems) {
        return new LocatedYaml(place.source(), -place.line(), problems).document(yaml);
    }

    private Located document(String yaml) {
        try {
            events = new Yaml(new LoaderOptions())
                    .parse(new StringReader(yaml.startsWith("\uFEFF") ? yaml.substring(1) : yaml))
                    .iterator();
            Located root = null;
            while (events.hasNext()) {
                var event = events.next();
                if (event instanceof DocumentStartEvent) {
                    if (root != null) {
                        throw new Unsound(place(event), "a second document, wanted one");
                    }
                    var first = events.next();
                    root = node(first, place(first), 0);
                }
            }
            return root != null ? root : new Scalar(new Place(source, Math.abs(firstLine)), "", false);
        } catch (Unsound e) {
            problems.add(e.place, e.getMessage());
        } catch (MarkedYAMLException e) {
            var mark = e.getProblemMark() != null ? e.getProblemMark() : e.getContextMark();
            var line = mark == null ? 0 : mark.getLine();
            problems.add(place(line), "not sound YAML: " + oneLine(e.getProblem()) + hint(yaml, line));
        } catch (ReaderException e) {
            var line = (int) yaml.codePoints()
                    .limit(e.getPosition())
                    .filter(c -> c == '\n')
                    .count();
            problems.add(
                    place(line), "not sound YAML: the character U+%04X is not allowed".formatted(e.getCodePoint()));
        } catch (YAMLException e) {
            problems.add(place(0), "not sound YAML: " + oneLine(e.getMessage()));
        }
        return null;
    }

    /** The brace of a variable ends a plain text between braces or brackets. */
    private static String hint(String yaml, int line) {
        return yaml.lines().skip(line).findFirst().orElse("").contains("${")
                ? "; between {} or [] a ${NAME} needs quotes"
                : "";
    }

    private static String oneLine(String text) {
        return text == null ? "no reason given" : text.strip().replaceAll("\\s+", " ");
    }

    /** @param place of the value, which is its key's where it has one */
    private Located node(Event event, Place place, int depth) {
        if (depth > DEEPEST) {
            throw new Unsound(place(event), "nested too deep");
        }
        if (event instanceof AliasEvent || (event instanceof NodeEvent node && node.getAnchor() != null)) {
            throw new Unsound(place(event), "anchors and aliases are not supported: write the value out");
        }
        if (event instanceof ScalarEvent scalar) {
            refuseTag(event, scalar.getTag());
            return new Scalar(place, scalar.getValue(), !scalar.isPlain());
        }
        if (event instanceof SequenceStartEvent sequence) {
            refuseTag(event, sequence.getTag());
            return sequence(place, depth);
        }
        if (event instanceof MappingStartEvent mapping) {
            refuseTag(event, mapping.getTag());
            return mapping(place, depth);
        }
        throw new Unsound(place(event), "not sound YAML");
    }

    private void refuseTag(Event event, String tag) {
        if (tag != null) {
            throw new Unsound(place(event), "the tag %s is not supported".formatted(tag));
        }
    }

    private Sequence sequence(Place place, int depth) {
        var items = new ArrayList<Located>();
        for (var event = events.next(); !(event instanceof SequenceEndEvent); event = events.next()) {
            items.add(node(event, place(event), depth + 1));
        }
        return new Sequence(place, items);
    }

    private Mapping mapping(Place place, int depth) {
        var entries = new LinkedHashMap<String, Located>();
        var lines = new LinkedHashMap<String, Place>();
        for (var event = events.next(); !(event instanceof MappingEndEvent); event = events.next()) {
            if (!(node(event, place(event), depth + 1) instanceof Scalar key)) {
                throw new Unsound(place(event), "a key that is no name");
            }
            var value = node(events.next(), key.place(), depth + 1);
            var first = lines.putIfAbsent(key.text(), key.place());
            if (first == null) {
                entries.put(key.text(), value);
            } else {
                problems.add(key.place(), "%s: given twice, first at %s".formatted(key.text(), first));
            }
        }
        return new Mapping(place, entries);
    }

    private Place place(Event event) {
        return event instanceof StreamStartEvent
                ? place(0)
                : place(event.getStartMark().getLine());
    }

    private Place place(int line) {
        return new Place(source, firstLine > 0 ? firstLine + line : -firstLine);
    }

    private static final class Unsound extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Place place;

        Unsound(Place place, String message) {
            super(message);
            this.place = place;
        }
    }
}
