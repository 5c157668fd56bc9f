package org.filigree.trainer.inspect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import org.filigree.dataprep.shard.ShardManifest;
import org.filigree.format.FileTree;

/** A corpus of token shards, by its manifest. */
final class CorpusInspector {

    private CorpusInspector() {}

    static Inspection inspect(FileTree files, String path) throws IOException {
        var manifest = ShardManifest.read(files, path);
        var found = Inspection.of(Inspection.Kind.CORPUS, path);
        var facts = found.facts();
        facts.put("fingerprint", manifest.fingerprint()).put("tokenizer", manifest.tokenizer());
        facts.put("vocabulary", manifest.vocabulary()).put("max_length", manifest.maxLength());
        facts.put("packed", manifest.packed());
        if (manifest.documentLabels().documents() > 0) {
            facts.put("classes", manifest.documentLabels().classes());
        }
        split(facts.putObject("train"), manifest.train());
        split(facts.putObject("held_out"), manifest.heldOut());
        var counts = facts.putObject("counts");
        manifest.counts().forEach(counts::put);
        var rejected = facts.putObject("rejected");
        manifest.rejected().forEach(rejected::put);
        shortcomings(files, path, manifest, found.shortcomings());
        return found;
    }

    private static void split(ObjectNode facts, ShardManifest.Split split) {
        facts.put("rows", split.rows()).put("documents", split.documents());
        facts.put("tokens", split.tokens()).put("trained_tokens", split.targets());
        facts.put("labelled_documents", split.documentLabels().documents());
        facts.put("longest_document", split.longestDocument());
        facts.put("longest", split.longest()).put("files", split.files().size());
        facts.put(
                "size_bytes",
                split.files().stream().mapToLong(ShardManifest.ShardFile::bytes).sum());
    }

    private static void shortcomings(FileTree files, String path, ShardManifest manifest, List<String> lines)
            throws IOException {
        if (manifest.train().targets() == 0) {
            lines.add("no token is trained");
        }
        var labelled = manifest.documentLabels();
        if (labelled.documents() > 0) {
            lines.add("%,d documents have a label as wholes (%s), which no family here learns: they predict tokens"
                    .formatted(
                            labelled.documents(),
                            labelled.classes() == null ? "numbers" : "%,d classes".formatted(labelled.classes())));
        }
        if (manifest.heldOut().rows() == 0) {
            lines.add("no held-out rows: training is not judged");
        }
        var rejected =
                manifest.rejected().values().stream().mapToLong(Long::longValue).sum();
        if (rejected > 0) {
            lines.add("%,d rows were rejected".formatted(rejected));
        }
        for (var split : List.of(manifest.train(), manifest.heldOut())) {
            for (var file : split.files()) {
                var name = FileTree.join(path, file.name());
                if (!files.exists(name)) {
                    lines.add(name + ": no such file, but the manifest names it");
                } else if (files.size(name) != file.bytes()) {
                    lines.add("%s: %,d bytes, the manifest says %,d".formatted(name, files.size(name), file.bytes()));
                }
            }
        }
    }
}
