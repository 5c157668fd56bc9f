package org.filigree.trainer.inspect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.filigree.format.SafetensorsFile;

/**
 * The tensors of an adapter as they stand, whatever its configuration says.
 *
 * @param ranks module -> rank
 * @param layers numbers in the modules' names
 * @param zeroB modules whose lora_B is zero
 * @param notFinite tensors with a value that is not finite
 * @param unknown tensors that are no part of a low-rank pair
 */
record AdapterTensors(
        long parameters,
        Map<String, Integer> ranks,
        TreeSet<Integer> layers,
        TreeSet<String> dtypes,
        List<String> zeroB,
        List<String> notFinite,
        List<String> unknown) {

    private static final Pattern LOW_RANK = Pattern.compile("base_model\\.model\\.(.+)\\.lora_([AB])\\.weight");
    private static final Pattern LAYER = Pattern.compile("\\.(\\d+)\\.");

    static AdapterTensors read(SafetensorsFile file) throws IOException {
        var parameters = 0L;
        var found = new AdapterTensors(
                0,
                new TreeMap<>(),
                new TreeSet<>(),
                new TreeSet<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>());
        for (var entry : file.entries().values()) {
            parameters += entry.rows() * entry.columns();
            found.dtypes.add(entry.dtype());
            found.look(entry, file.floats(entry.name()));
        }
        return new AdapterTensors(
                parameters, found.ranks, found.layers, found.dtypes, found.zeroB, found.notFinite, found.unknown);
    }

    private void look(SafetensorsFile.Entry entry, float[] values) {
        var zero = true;
        var finite = true;
        for (var value : values) {
            zero &= value == 0;
            finite &= Float.isFinite(value);
        }
        if (!finite) {
            notFinite.add(entry.name());
        }
        var name = LOW_RANK.matcher(entry.name());
        if (!name.matches()) {
            unknown.add(entry.name());
            return;
        }
        var module = name.group(1);
        if (name.group(2).equals("A")) {
            ranks.put(module, Math.toIntExact(entry.rows()));
            var layer = LAYER.matcher(module);
            if (layer.find()) {
                layers.add(Integer.valueOf(layer.group(1)));
            }
        } else if (zero) {
            zeroB.add(module);
        }
    }
}
