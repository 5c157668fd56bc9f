package org.filigree.trainer.nodecopy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.filigree.engine.Base;
import org.filigree.engine.Batch;
import org.filigree.engine.Engines;
import org.filigree.engine.SessionOptions;
import org.filigree.model.DataType;
import org.filigree.text.TokenRow;

/** A JVM of its own that has a base from the node's copy, uses it, and says what it holds of the copy's file. */
final class NodeBaseProcess {

    static final String USED = "used";

    /**
     * @param opens of the source's weight files
     * @param loss of a text under the base
     * @param mapped bytes, as the base counts them
     * @param inodes of the mappings of the copy's weights, one after the other
     * @param resident bytes of these mappings
     * @param own bytes of these mappings that are this process's alone
     */
    record Said(String digest, int opens, double loss, long mapped, String inodes, long resident, long own) {

        String line() {
            return "%s %d %s %d %s %d %d".formatted(digest, opens, loss, mapped, inodes, resident, own);
        }

        static Said parse(String line) {
            var parts = line.split(" ", -1);
            return new Said(
                    parts[0],
                    Integer.parseInt(parts[1]),
                    Double.parseDouble(parts[2]),
                    Long.parseLong(parts[3]),
                    parts[4],
                    Long.parseLong(parts[5]),
                    Long.parseLong(parts[6]));
        }
    }

    private NodeBaseProcess() {}

    static Process start(Path root, Path source, String stamp) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NodeBaseProcess.class.getName(),
                        root.toString(),
                        source.toString(),
                        stamp)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Says "used" when it has used the base, and the rest when it is told anything. */
    public static void main(String[] arguments) throws IOException {
        var files = new CountedFiles();
        var weights = NodeBase.open(
                new NodeCopies(Path.of(arguments[0])), files.tree(), arguments[1], arguments[2], DataType.FLOAT32);
        try (var kernels =
                        Engines.choose("libtorch", "cpu", DataType.FLOAT32, 1).open();
                var base = Base.load(kernels, weights.spec(), weights);
                var session = base.session(SessionOptions.DEFAULT)) {
            var ids = new int[] {3, 1, 4, 1, 5, 9, 2, 6};
            var loss = session.score(Batch.of(List.of(new Batch.Placed(0, 0, TokenRow.of(ids, ids)))))
                    .loss();
            System.out.println(USED);
            System.in.read();
            System.out.println(said(base, files.opens().get(), loss).line());
            System.in.read();
        }
    }

    private static Said said(Base base, int opens, double loss) throws IOException {
        var inodes = new java.util.TreeSet<String>();
        var resident = 0L;
        var own = 0L;
        var ofCopy = false;
        for (var line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            var fields = line.split("\\s+", 6);
            if (fields[0].matches("[0-9a-f]+-[0-9a-f]+")) {
                ofCopy = line.endsWith(".safetensors");
                if (ofCopy) {
                    inodes.add(fields[4]);
                }
            } else if (ofCopy && fields[0].equals("Rss:")) {
                resident += Long.parseLong(fields[1]) << 10;
            } else if (ofCopy && fields[0].startsWith("Private_")) {
                own += Long.parseLong(fields[1]) << 10;
            }
        }
        return new Said(base.digest(), opens, loss, base.mappedBytes(), String.join(",", inodes), resident, own);
    }
}
