package org.filigree.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The table of docs/engines.md: family, variant and engine, with the claims that held. When all of {@link ReferenceCases}
 * have run on an engine its column is compared with what the file says; {@code -Dfiligree.docs=write} writes it instead.
 */
final class EngineTable {

    /** @param reason why a case that was made runs on no engine; null where it runs */
    private record Case(String family, String variant, String reason) {}

    private static final String FAMILY = "the family is not among lora-core's";
    private static final Map<String, Case> CASES = new LinkedHashMap<>();

    static {
        runs("llama", "llama", "LoRA on every linear layer");
        runs("llama-tied", "llama", "tied head");
        runs("llama-rope-linear", "llama", "rope_scaling linear");
        runs("llama-rslora", "llama", "use_rslora");
        runs("llama-patterns", "llama", "rank_pattern, alpha_pattern");
        runs("llama-layers", "llama", "layers_to_transform");
        runs("llama-regex", "llama", "target_modules as a regular expression");
        runs("llama-clip-cosine", "llama", "gradient clipping, cosine schedule");
        runs("llama-full", "llama", "full training");
        runs("mistral", "mistral", "sliding window");
        runs("qwen2", "qwen2", "biases on query, key and value");
        runs("gpt2", "gpt2", "learned positions, input-major weights");
        lacks("llama-dora", "llama", "DoRA", "use_dora is refused: no kernel for magnitudes");
        lacks("llama-loraplus", "llama", "LoRA+", "one learning rate for all tensors of an adapter");
        lacks("llama-save-head", "llama", "modules_to_save", "modules_to_save is refused");
        lacks("llama-layernorm", "llama", "LN tuning", "peft_type LN_TUNING is refused");
        lacks("gpt2-attn-bias", "gpt2", "bias: lora_only", "only bias: none");
        for (var family : new String[] {"gemma", "gemma2", "gpt-neox", "phi3", "t5", "t5-v1_1"}) {
            lacks(family, family, "", FAMILY);
        }
        for (var task : new String[] {"bert-classify", "bert-mlm", "bert-regress"}) {
            lacks(task, "bert", task.substring(5), FAMILY);
        }
        lacks("deberta-v2-classify", "deberta-v2", "classify", FAMILY);
        lacks("distilbert-classify", "distilbert", "classify", FAMILY);
        lacks("roberta-classify", "roberta", "classify", FAMILY);
    }

    /** By engine and case: claims begun and claims that held. */
    private static final Map<String, Map<String, int[]>> SEEN = new ConcurrentHashMap<>();

    private EngineTable() {}

    private static void runs(String name, String family, String variant) {
        CASES.put(name, new Case(family, variant, null));
    }

    private static void lacks(String name, String family, String variant, String reason) {
        CASES.put(name, new Case(family, variant, reason));
    }

    static boolean runs(String name) {
        return CASES.get(name).reason == null;
    }

    static Iterable<String> names() {
        return CASES.keySet();
    }

    static void begun(String engine, String name) {
        counts(engine, name)[0]++;
    }

    static void held(String engine, String name) {
        counts(engine, name)[1]++;
    }

    private static int[] counts(String engine, String name) {
        return SEEN.computeIfAbsent(engine, e -> new ConcurrentHashMap<>()).computeIfAbsent(name, n -> new int[2]);
    }

    /** Compares or writes the column of each engine that was tried on all {@code claims}. */
    static void settle(int claims) throws IOException {
        var root = System.getProperty("filigree.root");
        if (root == null) {
            return;
        }
        var file = Path.of(root, "docs", "engines.md");
        for (var engine : SEEN.entrySet()) {
            var begun = engine.getValue().values().stream().mapToInt(c -> c[0]).sum();
            if (begun != claims) {
                continue;
            }
            var column = new TreeMap<String, String>();
            engine.getValue().forEach((name, c) -> column.put(name, "%d of %d".formatted(c[1], c[0])));
            var columns =
                    Files.exists(file) ? read(Files.readString(file)) : new TreeMap<String, Map<String, String>>();
            if ("write".equals(System.getProperty("filigree.docs"))) {
                columns.put(engine.getKey(), column);
                Files.writeString(file, render(columns));
            } else {
                assertThat(columns.get(engine.getKey()))
                        .as("column %s of %s; -Dfiligree.docs=write writes it", engine.getKey(), file)
                        .isEqualTo(column);
                assertThat(Files.readString(file)).as("the rest of %s", file).isEqualTo(render(columns));
            }
        }
    }

    /** Engine to case to cell. */
    private static Map<String, Map<String, String>> read(String text) {
        var columns = new TreeMap<String, Map<String, String>>();
        String[] header = null;
        for (var line : text.lines()
                .filter(l -> l.startsWith("| ") && !l.startsWith("| ---"))
                .toList()) {
            var cells = line.split("\\|", -1);
            if (cells[1].strip().equals("case") && header != null) {
                // The table of what runs nowhere.
                return columns;
            }
            if (cells[1].strip().equals("case")) {
                header = cells;
            } else if (header != null && cells.length == header.length) {
                for (var i = 4; i < cells.length - 1; i++) {
                    columns.computeIfAbsent(header[i].strip(), e -> new TreeMap<>())
                            .put(cells[1].strip(), cells[i].strip());
                }
            }
        }
        return columns;
    }

    private static String render(Map<String, Map<String, String>> columns) {
        var engines = new TreeSet<>(columns.keySet());
        var text = new StringBuilder("""
                # Engines

                What each engine was tried on and how many claims held, out of: logits of the base and with the adapter,
                merged logits, loss and gradients, twenty steps' curve and final adapter. The cases were made with Hugging Face
                transformers and PEFT; the tolerances are theirs for every engine. `plain` is the kit's judge in double
                precision. Written by the tests themselves (`ReferenceCases` with `-Dfiligree.docs=write`), and compared with
                them whenever they run.

                """);
        text.append("| case | family | variant | ")
                .append(String.join(" | ", engines))
                .append(" |\n");
        text.append("| --- ".repeat(3 + engines.size())).append("|\n");
        CASES.forEach((name, c) -> {
            if (c.reason == null) {
                var cells = engines.stream()
                        .map(engine -> columns.get(engine).getOrDefault(name, ""))
                        .collect(Collectors.joining(" | "));
                text.append("| %s | %s | %s | %s |\n".formatted(name, c.family, c.variant, cells));
            }
        });
        text.append("""

                Not there, on any engine: the tape has no such model or switch, and says so before anything is loaded.

                | case | family | variant | why |
                | --- | --- | --- | --- |
                """);
        CASES.forEach((name, c) -> {
            if (c.reason != null) {
                text.append("| %s | %s | %s | %s |\n".formatted(name, c.family, c.variant, c.reason));
            }
        });
        return text.toString();
    }
}
