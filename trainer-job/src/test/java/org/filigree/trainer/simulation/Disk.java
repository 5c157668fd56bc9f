package org.filigree.trainer.simulation;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What stands on the disk that all drivers share. */
final class Disk {

    /** A file that was created once; who has it open writes into it even when another stands in its place. */
    static final class Content {
        private byte[] bytes = {};
    }

    private final TreeMap<String, Content> files = new TreeMap<>();
    private final boolean wholeAtClose;
    private int version;

    /** @param wholeAtClose a file appears when it is closed, as on an object store; else as it is written */
    Disk(boolean wholeAtClose) {
        this.wholeAtClose = wholeAtClose;
    }

    boolean wholeAtClose() {
        return wholeAtClose;
    }

    /** Another after every change. */
    int version() {
        return version;
    }

    boolean holds(String path) {
        return files.containsKey(path);
    }

    /** The bytes of a file, never to be changed; null where there is none. */
    byte[] bytes(String path) {
        var content = files.get(path);
        return content == null ? null : content.bytes;
    }

    /** Paths below a folder, sorted. */
    List<String> below(String folder) {
        return files.tailMap(folder + "/").keySet().stream()
                .takeWhile(path -> path.startsWith(folder + "/"))
                .toList();
    }

    /** What stands there, emptied, or a new file. */
    Content create(String path) {
        var content = files.computeIfAbsent(path, p -> new Content());
        content.bytes = new byte[0];
        version++;
        return content;
    }

    void write(Content content, int offset, byte[] bytes) {
        var grown = Arrays.copyOf(content.bytes, Math.max(content.bytes.length, offset + bytes.length));
        System.arraycopy(bytes, 0, grown, offset, bytes.length);
        content.bytes = grown;
        version++;
    }

    void remove(String path) {
        if (files.remove(path) != null) {
            version++;
        }
    }

    Map<String, byte[]> copy() {
        var all = new TreeMap<String, byte[]>();
        files.forEach((path, content) -> all.put(path, content.bytes));
        return all;
    }
}
