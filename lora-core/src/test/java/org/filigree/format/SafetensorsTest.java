package org.filigree.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.filigree.model.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {

    @TempDir
    Path folder;

    private SafetensorsFile open(byte[] content) throws IOException {
        var file = folder.resolve("t.safetensors");
        Files.write(file, content);
        return SafetensorsFile.open(new LocalFiles(), file.toString());
    }

    private static byte[] file(long claimed, String header, int dataBytes) {
        var text = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(claimed)
                .put(text)
                .array();
    }

    private static byte[] file(String header, int dataBytes) {
        return file(header.getBytes(StandardCharsets.UTF_8).length, header, dataBytes);
    }

    @Test
    void bfloat16IsTheNearestWithTiesToEven() throws IOException {
        var values = new float[] {1, 1 + 1 / 256f, 1 + 3 / 256f, -1.004f, Float.POSITIVE_INFINITY, Float.NaN};
        var out = new ByteArrayOutputStream();
        SafetensorsWriter.write(
                out,
                new TreeMap<>(Map.of("t", new SafetensorsWriter.Tensor(new long[] {6}, values, 0, 6))),
                DataType.BFLOAT16);
        assertThat(open(out.toByteArray()).floats("t"))
                .containsExactly(1, 1, 1.015625f, -1.0078125f, Float.POSITIVE_INFINITY, Float.NaN);
    }

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        var values = new float[] {1, -2.5f, 3, 4, Float.MIN_VALUE, 6, 7};
        var out = new ByteArrayOutputStream();
        SafetensorsWriter.write(
                out,
                new TreeMap<>(Map.of(
                        "b", new SafetensorsWriter.Tensor(new long[] {2, 3}, values, 1, 6),
                        "a", new SafetensorsWriter.Tensor(new long[] {1}, values, 0, 1))));
        var read = open(out.toByteArray());
        assertThat(read.entries().keySet()).containsExactly("a", "b");
        assertThat(read.floats("a")).containsExactly(1);
        assertThat(read.floats("b")).containsExactly(-2.5f, 3, 4, Float.MIN_VALUE, 6, 7);
        assertThat(read.entries().get("b").rows()).isEqualTo(2);
    }

    @Test
    void aHeaderLongerThanTheFileIsRefused() {
        assertThatThrownBy(() -> open(file(1_000, "{}", 0)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("claims 1000 bytes, the file has 2");
        assertThatThrownBy(() -> open(file(-1, "{}", 0))).isInstanceOf(FormatException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "they overlap|8|{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}",
                "a gap|8|{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "has 4 bytes, wanted 8|4|{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
                "lacks dtype|4|{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}",
                "overflow|4|{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}}",
                "has shape|4|{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
                "the file at|9|{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "the file at|2|{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "Duplicate|4|{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{}}",
                "not a JSON object|0|[]",
                "not sound JSON|0|{\"a\"",
            })
    void aHostileHeaderIsRefusedInOneLine(String wanted, int dataBytes, String header) {
        assertThatThrownBy(() -> open(file(header, dataBytes)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(wanted)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }
}
