package org.filigree.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkException;
import org.filigree.config.FiligreeException.Code;
import org.filigree.config.RunConfig;
import org.filigree.config.RunConfigReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FailuresTest {

    private static final RunConfig CONFIG = RunConfigReader.read("run.yaml", """
                    run: r
                    output: runs
                    base: {path: ../models/./tiny/}
                    data:
                      train: [{path: "hdfs://lake/rows/part-*.jsonl", shape: messages}]
                      held_out: [{path: held.csv, shape: text}]
                      tokenizer: /models/words
                    adapter: {init_from: s3a://lake/adapters/first}
                    """, List.of(), Map.of());

    private static Code code(Exception inATask) {
        return Failures.explained(
                        new SparkException("Job aborted", new UncheckedIOException((IOException) inATask)), CONFIG)
                .code();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/work/models/tiny/model.safetensors",
                "../models/./tiny/config.json",
                "hdfs://lake:8020/rows/part-7.jsonl",
                "/work/held.csv",
                "/models/words/tokenizer.json",
                "s3a://lake/adapters/first/adapter_config.json"
            })
    void aMissingFileThatTheConfigurationNamesIsItsMistake(String path) {
        assertThat(code(new NoSuchFileException(path))).isEqualTo(Code.CONFIGURATION);
        assertThat(code(new FileNotFoundException("File " + path + " does not exist")))
                .isEqualTo(Code.CONFIGURATION);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/tmp/blockmgr-6c1f/0c/temp_shuffle_7 (Too many open files)",
                "/tmp/spark-1b2c/userFiles/shuffle_0_1_0.index",
                "/tmp/filigree-root/bases/ab12/model.safetensors",
                "/work/runs/r/checkpoints/00000003-1/moments-00000-0.bin"
            })
    void anyOtherMissingFileMayBeThereWithTheSameCommand(String path) {
        assertThat(code(new FileNotFoundException(path))).isEqualTo(Code.RETRY);
        assertThat(code(new NoSuchFileException(path))).isEqualTo(Code.RETRY);
        assertThat(Failures.explained(new FileNotFoundException(path), CONFIG).code())
                .as("on the driver")
                .isEqualTo(Code.RETRY);
    }

    @Test
    void aFolderThatMayNotBeReadIsAMistakeWhereverItLies() {
        assertThat(code(new AccessDeniedException("/tmp/filigree-root/bases"))).isEqualTo(Code.CONFIGURATION);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Cannot call methods on a stopped SparkContext.\nThis stopped", "LiveListenerBus is stopped."})
    void aSessionThatIsNoMoreMayBeThereWithTheSameCommand(String said) {
        var explained = Failures.explained(new IllegalStateException(said), CONFIG);
        assertThat(explained.code()).isEqualTo(Code.RETRY);
        assertThat(explained).hasMessageStartingWith("Spark's session has ended: no master answered");
    }

    @Test
    void aFilesystemWhoseJarIsMissingIsAMistake() {
        var explained = Failures.explained(
                new RuntimeException(new ClassNotFoundException("Class org.lake.LakeFileSystem not found")), CONFIG);
        assertThat(explained.code()).isEqualTo(Code.CONFIGURATION);
        assertThat(explained).hasMessage("Class org.lake.LakeFileSystem not found: its jar is not on the class path");
    }

    @Test
    void whatTheCommandLineNamesIsItsMistake() {
        assertThat(Failures.explained(new NoSuchFileException("/nowhere/adapter"))
                        .code())
                .isEqualTo(Code.CONFIGURATION);
    }
}
