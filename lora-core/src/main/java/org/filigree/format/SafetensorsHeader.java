package org.filigree.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.filigree.format.SafetensorsFile.Entry;

/** What a safetensors file says of its tensors, checked against the file. */
final class SafetensorsHeader {

    /** Of every type of the format, also those we do not read, so that sizes can be checked; a type not here has none. */
    private static final Map<String, Integer> BITS = Map.ofEntries(
            Map.entry("F4", 4),
            Map.entry("F6_E2M3", 6),
            Map.entry("F6_E3M2", 6),
            Map.entry("BOOL", 8),
            Map.entry("U8", 8),
            Map.entry("I8", 8),
            Map.entry("F8_E5M2", 8),
            Map.entry("F8_E4M3", 8),
            Map.entry("F8_E8M0", 8),
            Map.entry("I16", 16),
            Map.entry("U16", 16),
            Map.entry("F16", 16),
            Map.entry("BF16", 16),
            Map.entry("I32", 32),
            Map.entry("U32", 32),
            Map.entry("F32", 32),
            Map.entry("C64", 64),
            Map.entry("F64", 64),
            Map.entry("I64", 64),
            Map.entry("U64", 64));

    private SafetensorsHeader() {}

    /**
     * Tensors by name, sorted.
     *
     * @throws FormatException when they do not fill the file exactly, one after the other
     */
    static Map<String, Entry> parse(String path, byte[] text, long dataStart, long fileSize) throws IOException {
        var header = JsonFile.parse(path + ": its header", text);
        var entries = new TreeMap<String, Entry>();
        for (var field : header.properties()) {
            if (!field.getKey().equals("__metadata__")) {
                entries.put(field.getKey(), entry(path, field.getKey(), field.getValue(), dataStart));
            }
        }
        var at = dataStart;
        var byPlace = new ArrayList<>(entries.values());
        byPlace.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        for (var entry : byPlace) {
            if (entry.begin() != at) {
                throw new FormatException("%s: tensor %s begins at byte %d, the one before it ends at %d (%s)"
                        .formatted(
                                path, entry.name(), entry.begin(), at, entry.begin() < at ? "they overlap" : "a gap"));
            }
            at = entry.end();
        }
        if (at != fileSize) {
            throw new FormatException("%s: its tensors end at byte %d, the file at %d".formatted(path, at, fileSize));
        }
        return entries;
    }

    private static Entry entry(String path, String name, JsonNode node, long dataStart) {
        var dtype = node.path("dtype");
        var offsets = node.path("data_offsets");
        var dimensions = node.path("shape");
        if (!dtype.isTextual()
                || !dimensions.isArray()
                || offsets.size() != 2
                || !offsets.get(0).canConvertToLong()
                || !offsets.get(1).canConvertToLong()) {
            throw new FormatException("%s: tensor %s lacks dtype, shape or data_offsets".formatted(path, name));
        }
        var from = offsets.get(0).longValue();
        var to = offsets.get(1).longValue();
        if (from < 0 || to < from) {
            throw new FormatException("%s: tensor %s has data_offsets %s".formatted(path, name, offsets));
        }
        try {
            var shape = new long[dimensions.size()];
            var elements = 1L;
            // Zeros apart, so that what is left of a shape never overflows either.
            var withoutZeros = 1L;
            for (var i = 0; i < shape.length; i++) {
                shape[i] = dimensions.get(i).canConvertToLong()
                                && dimensions.get(i).isIntegralNumber()
                        ? dimensions.get(i).longValue()
                        : -1;
                if (shape[i] < 0) {
                    throw new FormatException("%s: tensor %s has shape %s".formatted(path, name, dimensions));
                }
                elements *= shape[i];
                withoutZeros = Math.multiplyExact(withoutZeros, Math.max(1, shape[i]));
            }
            var bits = BITS.get(dtype.asText());
            var bytes = bits == null ? to - from : Math.addExact(Math.multiplyExact(elements, bits), 7) / Byte.SIZE;
            if (to - from != bytes) {
                throw new FormatException("%s: tensor %s of shape %s and dtype %s has %d bytes, wanted %d"
                        .formatted(path, name, dimensions, dtype.asText(), to - from, bytes));
            }
            return new Entry(name, dtype.asText(), shape, Math.addExact(dataStart, from), Math.addExact(dataStart, to));
        } catch (ArithmeticException e) {
            throw new FormatException("%s: tensor %s: its sizes overflow".formatted(path, name), e);
        }
    }
}
