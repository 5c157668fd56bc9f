package org.filigree.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What NVIDIA's kernel driver says of itself and of a machine's GPUs.
 *
 * @param folder where it writes that
 */
public record NvidiaDriver(Path folder) {

    public static final NvidiaDriver LOCAL = new NvidiaDriver(Path.of("/proc/driver/nvidia"));

    private static final String UNKNOWN = "unknown";

    private static final Pattern VERSION = Pattern.compile("\\b\\d+\\.\\d+(\\.\\d+)?\\b");

    /** The number alone: an open module's line has its builder, host and date too, which decide no bit. */
    public String version() throws IOException {
        var file = folder.resolve("version");
        if (!Files.isReadable(file)) {
            return UNKNOWN;
        }
        var version = VERSION.matcher(Files.readAllLines(file).get(0));
        return version.find() ? version.group() : UNKNOWN;
    }

    /** The model of a machine's GPU. Where they differ the driver does not say which one CUDA calls {@code device}. */
    public String model(String device) throws IOException {
        var models = new TreeSet<String>();
        if (Files.isDirectory(folder.resolve("gpus"))) {
            try (var gpus = Files.newDirectoryStream(folder.resolve("gpus"))) {
                for (var gpu : gpus) {
                    Files.readAllLines(gpu.resolve("information")).stream()
                            .filter(line -> line.startsWith("Model:"))
                            .map(line -> line.substring(line.indexOf(':') + 1).strip())
                            .forEach(models::add);
                }
            }
        }
        return switch (models.size()) {
            case 0 -> UNKNOWN;
            case 1 -> models.first();
            default -> "%s of %s".formatted(device, String.join(" and ", models));
        };
    }
}
