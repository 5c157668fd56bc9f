package org.filigree.trainer.nodecopy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import org.filigree.config.FiligreeException;
import org.filigree.engine.Base;
import org.filigree.engine.kit.PlainEngine;
import org.filigree.engine.kit.ReferenceCase;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.HuggingFaceWriter;
import org.filigree.format.LocalFiles;
import org.filigree.model.DataType;
import org.filigree.model.Weights;
import org.filigree.trainer.nodecopy.NodeBaseProcess.Said;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A bfloat16 base as the JVMs of a node have it. */
@Timeout(120)
class NodeBaseTest {

    private static final int JVMS = 3;

    @TempDir
    private Path folder;

    private final CountedFiles files = new CountedFiles();
    private Path root;
    private HuggingFaceFolder source;

    @BeforeEach
    void write() throws IOException {
        root = folder.resolve("bases");
        var whole = new ReferenceCase("llama", folder.resolve("whole")).model();
        var narrow = folder.resolve("narrow").toString();
        new HuggingFaceWriter(new LocalFiles())
                .write(
                        narrow,
                        whole,
                        DataType.BFLOAT16,
                        name -> whole.read(name).floats());
        source = HuggingFaceFolder.open(new LocalFiles(), narrow);
    }

    private NodeBase open(DataType type) throws IOException {
        return NodeBase.open(new NodeCopies(root), files.tree(), source.path(), source.stamp(), type);
    }

    private Path copy(DataType type) throws IOException {
        return root.resolve(source.stamp() + "-" + type.name().toLowerCase(java.util.Locale.ROOT));
    }

    private void assertIsTheSource(Weights weights, DataType type) {
        for (var weight : source.spec().weights()) {
            var read = weights.read(weight.name());
            assertThat(read.type()).isEqualTo(type);
            assertThat(read.floats()).isEqualTo(source.read(weight.name()).floats());
            assertThat(read.data()).isInstanceOf(MappedByteBuffer.class);
            assertThat(read.data().isReadOnly()).isTrue();
        }
    }

    private static String digest(HuggingFaceFolder folder, Weights weights) {
        try (var kernels = new PlainEngine().open("cpu", DataType.FLOAT64, 1);
                var base = Base.load(kernels, folder.spec(), weights)) {
            return base.digest();
        }
    }

    @Test
    void itIsConvertedOnceForEachTypeThatComputes() throws IOException {
        assertIsTheSource(open(DataType.FLOAT32), DataType.FLOAT32);
        var opens = files.opens().get();
        assertThat(opens).isPositive();
        assertIsTheSource(open(DataType.FLOAT32), DataType.FLOAT32);
        assertThat(files.opens()).as("opens of the source").hasValue(opens);
        assertIsTheSource(open(DataType.BFLOAT16), DataType.BFLOAT16);
        assertThat(copy(DataType.FLOAT32)).isDirectory().isNotEqualTo(copy(DataType.BFLOAT16));
    }

    @Test
    void itIsTheSameBaseAsTheSource() throws IOException {
        for (var type : new DataType[] {DataType.FLOAT32, DataType.BFLOAT16}) {
            assertThat(digest(source, open(type))).isEqualTo(digest(source, source));
        }
    }

    @Test
    void roomIsAskedForWhatIsWritten() throws IOException {
        open(DataType.FLOAT32);
        var written = 0L;
        try (var all = Files.newDirectoryStream(
                copy(DataType.FLOAT32), "{config.json,generation_config.json,model.safetensors,origin.digest}")) {
            for (var file : all) {
                written += Files.size(file);
            }
        }
        var asked = new BaseSource(files.tree(), source.path(), source.stamp(), DataType.FLOAT32).bytes();
        assertThat(asked).isEqualTo(written).isGreaterThan(source.parameters() * Float.BYTES);
    }

    @Test
    void aCopyThatTheDiskDamagedIsMadeAnew() throws IOException {
        open(DataType.FLOAT32);
        var before = files.opens().get();
        var file = copy(DataType.FLOAT32).resolve("model.safetensors");
        var bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        assertIsTheSource(open(DataType.FLOAT32), DataType.FLOAT32);
        assertThat(files.opens()).hasValueGreaterThan(before);
    }

    @Test
    void aSourceWrittenAgainSinceTheRunWasSetUpIsRefused() throws IOException {
        var stamp = source.stamp();
        Files.setLastModifiedTime(Path.of(source.path(), "model.safetensors"), FileTime.fromMillis(1));
        assertThatThrownBy(
                        () -> NodeBase.open(new NodeCopies(root), files.tree(), source.path(), stamp, DataType.FLOAT32))
                .isInstanceOf(FiligreeException.class)
                .hasMessageContaining("has been written again");
        try (var left = Files.newDirectoryStream(root, "*-float32")) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void jvmsThatOpenItAtOnceMakeOneCopyAndHaveItsPagesInCommon() throws Exception {
        assumeTrue(Files.isReadable(Path.of("/proc/self/smaps")), "a kernel that tells of mappings");
        var jvms = new ArrayList<Process>();
        var said = new ArrayList<Said>();
        try {
            for (var i = 0; i < JVMS; i++) {
                jvms.add(NodeBaseProcess.start(root, Path.of(source.path()), source.stamp()));
            }
            for (var jvm : jvms) {
                assertThat(jvm.inputReader().readLine()).isEqualTo(NodeBaseProcess.USED);
            }
            for (var jvm : jvms) {
                jvm.outputWriter().write('\n');
                jvm.outputWriter().flush();
                said.add(Said.parse(jvm.inputReader().readLine()));
            }
            for (var jvm : jvms) {
                jvm.outputWriter().write('\n');
                jvm.outputWriter().flush();
                assertThat(jvm.waitFor()).isZero();
            }
        } finally {
            jvms.forEach(Process::destroyForcibly);
        }
        assertThat(said).hasSize(JVMS);
        assertThat(said)
                .filteredOn(jvm -> jvm.opens() > 0)
                .as("who read the source")
                .hasSize(1);
        assertThat(said).extracting(Said::digest).containsOnly(digest(source, source));
        assertThat(said).extracting(Said::loss).containsOnly(said.get(0).loss());
        assertThat(said).extracting(Said::mapped).containsOnly(source.parameters() * Float.BYTES);
        assertThat(said.get(0).inodes()).matches("\\d+");
        assertThat(said).extracting(Said::inodes).containsOnly(said.get(0).inodes());
        assertThat(said).extracting(Said::resident).allMatch(bytes -> bytes >= source.parameters() * Float.BYTES / 2);
        assertThat(said).extracting(Said::own).as("pages of one JVM alone").containsOnly(0L);
    }
}
