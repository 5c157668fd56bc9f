package org.filigree.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.package$;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Dockerfile against the repository it copies from, and the entry point run as a pod would. */
class ImageTest {

    @TempDir
    private Path folder;

    private Image image;

    @BeforeEach
    void layOut() throws IOException {
        image = Image.in(folder.resolve("image"));
    }

    @Test
    void itStandsOnTheSparkThatTheBuildUses() {
        assertThat(image.arguments("ARG"))
                .containsExactly("SPARK_IMAGE=apache/spark:%s-scala2.13-java17-ubuntu"
                        .formatted(package$.MODULE$.SPARK_VERSION()));
        assertThat(image.arguments("FROM")).containsExactly("${SPARK_IMAGE}");
    }

    @Test
    void theLauncherAndItsJarsLieWhereTheyExpectEachOther() throws Exception {
        assertThat(image.matching("/opt/filigree/trainer-job/target/app/jars/trainer-job-*.jar"))
                .hasSize(1);
        assertThat(image.matching("/opt/filigree/trainer-job/target/app/jars/engine-libtorch-*.jar"))
                .hasSize(1);
        assertThat(image.matching("/opt/filigree/conf/*.yaml")).isNotEmpty();
        var spark = script(folder.resolve("spark/bin/spark-submit"), "printf '%s\\n' \"$@\"");
        var launched = Ran.command(
                Map.of("SPARK_HOME", spark.getParent().getParent().toString()),
                List.of(image.at("/opt/filigree/bin/filigree").toString(), "schema"));
        assertThat(launched.err()).isEmpty();
        assertThat(launched.out().lines())
                .contains("org.filigree.trainer.cli.Main")
                .endsWith("schema")
                .anyMatch(line -> line.contains("/opt/filigree/trainer-job/target/app/jars/trainer-job-"));
    }

    @Test
    void theContextHasWhatIsCopiedAndNothingElse() throws IOException {
        var kept = Files.readAllLines(Path.of(Image.DOCKERFILE + ".dockerignore")).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
        assertThat(kept).first().isEqualTo("*");
        assertThat(kept.subList(1, kept.size()))
                .containsExactlyInAnyOrderElementsOf(image.copies().stream()
                        .flatMap(copy -> copy.sources().stream())
                        .map(source -> "!" + source)
                        .toList());
    }

    @Test
    void itRunsAsSparksUserAndBeginsWithOurEntryPoint() {
        assertThat(image.arguments("USER")).containsExactly("185");
        assertThat(image.instructions()).endsWith("ENTRYPOINT [\"/opt/filigree/bin/entrypoint.sh\"]");
        assertThat(image.at("/opt/filigree/bin/entrypoint.sh")).isExecutable();
    }

    @Test
    void theEntryPointGivesSparksOwnTheNativeEnvironmentAndFoldersToWriteTo() throws Exception {
        var base = script(folder.resolve("spark-entrypoint.sh"), "env; printf 'argument=%s\\n' \"$@\"");
        var scratch = folder.resolve("local-1");
        var ran = Ran.command(
                Map.of(
                        "SPARK_ENTRYPOINT",
                        base.toString(),
                        "SPARK_LOCAL_DIRS",
                        scratch + "," + folder.resolve("local-2"),
                        "SPARK_SUBMIT_OPTS",
                        "-Dgiven=1"),
                List.of(image.at("/opt/filigree/bin/entrypoint.sh").toString(), "executor", "with space"));
        assertThat(ran.code()).as(ran.err()).isZero();
        var javacpp = "-Dorg.bytedeco.javacpp.cachedir=%s/filigree-native/javacpp".formatted(scratch);
        assertThat(ran.out().lines())
                .contains(
                        "argument=executor",
                        "argument=with space",
                        "OMP_WAIT_POLICY=passive",
                        "OPENBLAS_THREAD_TIMEOUT=4",
                        "OPT_OUT_TRACKING=true",
                        "ENGINE_CACHE_DIR=%s/filigree-native/tokenizers".formatted(scratch),
                        "SPARK_JAVA_OPT_FILIGREE=" + javacpp,
                        "SPARK_SUBMIT_OPTS=" + javacpp + " -Dgiven=1")
                .noneMatch(line -> line.startsWith("JAVA_TOOL_OPTIONS"));
    }

    private static Path script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/usr/bin/env bash\n" + body + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }
}
