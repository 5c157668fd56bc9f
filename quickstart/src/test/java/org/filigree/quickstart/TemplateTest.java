package org.filigree.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TemplateTest {

    private static final World WORLD = World.load();

    private static String write(Map<String, String> cast, String text, int key) {
        return new Template("", 1, cast, text).write(WORLD, new Draw(key));
    }

    @Test
    void choicesNestAndEachIsTaken() {
        var seen = IntStream.range(0, 100)
                .mapToObj(key -> write(Map.of(), "x[a|b[1|2]|]", key))
                .collect(Collectors.toSet());
        assertThat(seen).containsExactlyInAnyOrder("Xa", "Xb1", "Xb2", "X");
    }

    @Test
    void slotsFollowReferencesToOtherTables() {
        for (var key = 0; key < 20; key++) {
            var person = write(Map.of("p", "person"), "1,{p.job},{p.job.tool},{p.pet.eats}", key)
                    .split(",", -1);
            var job = WORLD.table("job").stream()
                    .filter(row -> row.get("name").equals(person[1]))
                    .findFirst()
                    .orElseThrow();
            assertThat(person[2]).isEqualTo(job.get("tool"));
            assertThat(WORLD.table("animal"))
                    .anyMatch(animal -> animal.get("eats").equals(person[3]));
        }
    }

    @Test
    void twoNamesOfACastNeverMeanTheSameRow() {
        for (var key = 0; key < 100; key++) {
            var names =
                    write(Map.of("p", "person", "q", "person"), "{p} {q}", key).split(" ", -1);
            assertThat(names[0]).isNotEqualTo(names[1]);
        }
    }

    @Test
    void sentencesBeginWithCapitalsAndAnStandsBeforeVowels() {
        assertThat(write(Map.of(), "it was a owl. \"what?\" she asked. \"a apple.\" he ate.", 1))
                .isEqualTo("It was an owl. \"What?\" she asked. \"An apple.\" He ate.");
    }

    @Test
    void aSlotOrTableThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> write(Map.of("p", "person"), "{q.name}", 1))
                .hasMessage("a slot begins with q, the header casts [p]");
        assertThatThrownBy(() -> write(Map.of("j", "job"), "{j.wings}", 1)).hasMessageEndingWith("has no wings");
        assertThatThrownBy(() -> write(Map.of("p", "planet"), "{p}", 1))
                .hasMessageStartingWith("the world has no table planet");
    }

    @Test
    void everyTemplateOfEveryFileCanBeWritten() {
        var templates = List.of("documents.txt", "questions.txt", "tickets.txt").stream()
                .flatMap(file -> Template.parse(Resources.text(file)).stream())
                .toList();
        assertThat(templates).hasSizeGreaterThan(60);
        for (var template : templates) {
            for (var key = 0; key < 40; key++) {
                assertThat(template.write(WORLD, new Draw(key)))
                        .doesNotContainPattern("[\\[\\]{}|]")
                        .isNotBlank();
            }
        }
    }
}
