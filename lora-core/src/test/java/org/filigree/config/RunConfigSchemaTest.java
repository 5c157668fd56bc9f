package org.filigree.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunConfigSchemaTest {

    private final JsonNode schema = parse();

    private static JsonNode parse() {
        try {
            return new ObjectMapper().readTree(RunConfigSchema.json());
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Paths of all properties; a list's items and a choice's alternatives add no step. */
    private static void collect(JsonNode node, String path, List<String> into) {
        node.path("properties").properties().forEach(property -> {
            into.add(Spot.join(path, property.getKey()));
            collect(property.getValue(), Spot.join(path, property.getKey()), into);
        });
        node.path("anyOf").forEach(alternative -> collect(alternative, path, into));
        if (node.has("items")) {
            collect(node.path("items"), path, into);
        }
    }

    private static List<JsonNode> sections(JsonNode node) {
        var sections = new ArrayList<JsonNode>();
        if (node.has("properties")) {
            sections.add(node);
        }
        node.forEach(child -> sections.addAll(sections(child)));
        return sections;
    }

    @Test
    void declaresTheFieldsThatTheReaderTakesAndNoOthers() {
        var declared = new ArrayList<String>();
        collect(schema, "", declared);
        var read = new HashSet<>(RunConfigFields.ROOT.paths().toList());
        for (var list : List.of("data.train.", "data.held_out.")) {
            SourceFields.SECTION.paths().map(list::concat).forEach(read::add);
        }
        assertThat(declared)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(read)
                .hasSize(119);
    }

    @Test
    void refusesUnknownFieldsAndSaysWhatIsRequired() {
        assertThat(schema.path("$schema").asText()).isEqualTo("https://json-schema.org/draft/2020-12/schema");
        assertThat(schema.path("required"))
                .extracting(JsonNode::asText)
                .containsExactly("run", "output", "base", "data");
        assertThat(schema.at("/properties/base/required"))
                .extracting(JsonNode::asText)
                .containsExactly("path");
        var sections = sections(schema);
        assertThat(sections)
                .hasSize(12)
                .allSatisfy(section -> assertThat(
                                section.path("additionalProperties").isBoolean())
                        .isTrue());
        assertThat(sections)
                .noneMatch(section -> section.path("additionalProperties").asBoolean());
    }

    @Test
    void everyFieldIsDescribed() {
        var described = new ArrayList<String>();
        for (var section : sections(schema)) {
            section.path("properties").properties().forEach(property -> {
                assertThat(property.getValue().path("description").asText())
                        .as(property.getKey())
                        .endsWith(".");
                described.add(property.getKey());
            });
        }
        assertThat(described).hasSize(119);
    }

    @Test
    void rangesWordsAndDefaultsAreTheReadersOwn() {
        var training = schema.at("/properties/training/properties");
        assertThat(training.at("/learning_rate/default").asDouble()).isEqualTo(5e-5);
        assertThat(training.at("/learning_rate/anyOf/0/exclusiveMinimum").asInt(-1))
                .isZero();
        assertThat(training.at("/seed/default").asLong()).isEqualTo(42);
        assertThat(training.at("/gradient_checkpointing/default").asText()).isEqualTo("auto");
        assertThat(training.at("/lr_scheduler_type/anyOf/0/enum"))
                .extracting(JsonNode::asText)
                .containsExactly("constant", "constant_with_warmup", "linear", "cosine");
        assertThat(schema.at("/properties/adapter/properties/target_modules/default")
                        .asText())
                .isEqualTo("all-linear");
    }
}
