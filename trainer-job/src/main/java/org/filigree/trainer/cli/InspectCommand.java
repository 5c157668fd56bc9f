package org.filigree.trainer.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.filigree.trainer.inspect.Inspection;
import org.filigree.trainer.inspect.Inspector;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code filigree inspect}: what a folder is, and where it falls short. */
@Command(
        name = "inspect",
        description = "Tells what a folder is: a base, an adapter, a corpus or a run.",
        mixinStandardHelpOptions = true)
final class InspectCommand implements Callable<Integer> {

    @Parameters(paramLabel = "PATH", description = "A folder on any Hadoop filesystem.")
    private String path;

    @Option(names = "--base", paramLabel = "DIR", description = "An adapter's base: does it fit, what is its share.")
    private String base;

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        var found = Inspector.inspect(HadoopSettings.files(), path, base);
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper()
                    .writer()
                    .with(SerializationFeature.INDENT_OUTPUT)
                    .writeValueAsString(object(found)));
        } else {
            text(found, out);
        }
        return 0;
    }

    private static JsonNode object(Inspection found) {
        var object = JsonNodeFactory.instance.objectNode();
        object.put("kind", kind(found)).put("path", found.path());
        object.setAll(found.facts());
        found.vllm().forEach(object.putArray("vllm")::add);
        found.shortcomings().forEach(object.putArray("shortcomings")::add);
        return object;
    }

    private static String kind(Inspection found) {
        return found.kind().name().toLowerCase(Locale.ROOT);
    }

    private static void text(Inspection found, PrintWriter out) {
        out.println(kind(found) + " " + found.path());
        facts(found.facts(), "", out);
        lines("vLLM", found.vllm(), out);
        lines("shortcomings", found.shortcomings(), out);
    }

    private static void facts(JsonNode facts, String prefix, PrintWriter out) {
        facts.properties().forEach(fact -> {
            var name = prefix + fact.getKey();
            if (fact.getValue().isObject() && !fact.getValue().isEmpty()) {
                facts(fact.getValue(), name + ".", out);
            } else {
                out.println("  %-22s %s".formatted(name.replaceFirst("_bytes$", ""), shown(name, fact.getValue())));
            }
        });
    }

    private static String shown(String name, JsonNode value) {
        if (name.endsWith("_bytes")) {
            return ConsoleProgress.bytes(value.longValue());
        }
        if (name.equals("share_of_base")) {
            return String.format(Locale.ROOT, "%.3f%%", 100 * value.doubleValue());
        }
        if (value.isArray()) {
            return StreamSupport.stream(value.spliterator(), false)
                    .map(element -> element.isContainerNode() ? element.toString() : number(element))
                    .collect(Collectors.joining(", "));
        }
        if (value.isIntegralNumber()) {
            return String.format(Locale.ROOT, "%,d", value.longValue());
        }
        return value.isContainerNode() || value.isNull() ? "none" : number(value);
    }

    /** Six digits are enough to read. */
    private static String number(JsonNode value) {
        return value.isFloatingPointNumber()
                ? value.decimalValue()
                        .round(new MathContext(6))
                        .stripTrailingZeros()
                        .toPlainString()
                : value.asText();
    }

    private static void lines(String title, List<String> lines, PrintWriter out) {
        if (!lines.isEmpty()) {
            out.println(title + ":");
            lines.forEach(line -> out.println("  - " + line));
        }
    }
}
