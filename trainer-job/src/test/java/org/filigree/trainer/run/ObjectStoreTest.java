package org.filigree.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.filigree.dataprep.files.HadoopFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that learns only as a file is closed whether it was there, as S3A's. */
class ObjectStoreTest {

    @TempDir
    private Path folder;

    private HadoopFiles files;
    private String run;

    @BeforeEach
    void aStore() {
        var configuration = new Configuration();
        configuration.setClass("fs.object.impl", ObjectStore.class, org.apache.hadoop.fs.FileSystem.class);
        files = new HadoopFiles(configuration);
        run = "object://" + folder.resolve("run");
    }

    @Test
    void twoDriversThatTakeARunAtOnceHaveTwoEpochs() throws IOException {
        var others = new AtomicLong();
        ObjectStore.meanwhile = () -> others.set(take().epoch());

        var mine = RunOwner.take(files, run);

        assertThat(others).as("the other's").hasValue(1);
        assertThat(mine.epoch()).isEqualTo(2);
        mine.check();
    }

    private RunOwner take() {
        try {
            return RunOwner.take(files, run);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aFileThatAnotherWroteMeanwhileStaysAndIsToldByItsName() throws IOException {
        var path = run + "/checkpoints/state.bin";
        ObjectStore.meanwhile = () -> write(path, "the other's");

        assertThatThrownBy(() -> {
                    try (var out = files.create(path, false)) {
                        out.write("mine".getBytes(StandardCharsets.UTF_8));
                    }
                })
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessage(path);

        try (var in = files.open(path)) {
            assertThat(in).hasContent("the other's");
        }
    }

    private void write(String path, String text) {
        try (var out = files.create(path, true)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
