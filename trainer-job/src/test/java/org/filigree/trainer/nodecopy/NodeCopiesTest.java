package org.filigree.trainer.nodecopy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.filigree.config.FiligreeException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NodeCopiesTest {

    private static final String KEY = "abc";
    private static final int FILES = CountedSource.NAMES.size();

    @TempDir
    private Path folder;

    private Path root;
    private NodeCopies copies;

    @BeforeEach
    void start() {
        root = folder.resolve("bases");
        copies = new NodeCopies(root);
    }

    private Path get(CountedSource source) {
        try {
            return copies.get(KEY, source);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void assertWholeAndAlone(Path copy) throws IOException {
        for (var name : CountedSource.NAMES) {
            assertThat(Files.readAllBytes(copy.resolve(name))).isEqualTo(CountedSource.content(name));
        }
        try (var entries = Files.list(root)) {
            assertThat(entries.map(entry -> entry.getFileName().toString()))
                    .containsExactlyInAnyOrder(KEY, KEY + ".lock");
        }
    }

    @Test
    void threadsThatFetchAtOnceFetchOnce() throws IOException {
        var source = new CountedSource();
        var all = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> get(source)))
                .toList();
        assertThat(all.stream().map(CompletableFuture::join).distinct()).containsExactly(root.resolve(KEY));
        assertThat(source.opens()).hasValue(FILES);
        assertWholeAndAlone(root.resolve(KEY));
    }

    @Test
    void aProcessThatFetchesIsWaitedForAndItsCopyTaken() throws Exception {
        var source = new CountedSource();
        var other = SlowFetch.start(root, KEY);
        try (var said = other.inputReader()) {
            assertThat(said.readLine()).isEqualTo(SlowFetch.HALFWAY);
            var mine = CompletableFuture.supplyAsync(() -> get(source));
            other.outputWriter().write("go on\n");
            other.outputWriter().flush();
            assertThat(mine.get(30, TimeUnit.SECONDS)).isEqualTo(root.resolve(KEY));
            assertThat(other.waitFor()).isZero();
        } finally {
            other.destroyForcibly();
        }
        assertThat(source.opens()).hasValue(0);
        assertWholeAndAlone(root.resolve(KEY));
    }

    @Test
    void whatAKilledProcessLeftIsNotTakenForWhole() throws Exception {
        var source = new CountedSource();
        var other = SlowFetch.start(root, KEY);
        try (var said = other.inputReader()) {
            assertThat(said.readLine()).isEqualTo(SlowFetch.HALFWAY);
            other.destroyForcibly();
            assertThat(other.waitFor()).isNotZero();
        }
        try (var left = Files.newDirectoryStream(root, KEY + ".partial-*")) {
            assertThat(left).as("what it left").hasSize(1);
        }
        assertWholeAndAlone(get(source));
        assertThat(source.opens()).hasValue(FILES);
    }

    @Test
    void aCopyWithAFlippedBitIsFetchedAgainAndTheOldOneKeepsItsBytes() throws IOException {
        var file = get(new CountedSource()).resolve(CountedSource.NAMES.get(1));
        var spoilt = CountedSource.content(CountedSource.NAMES.get(1));
        spoilt[200_000] ^= 1;
        Files.write(file, spoilt);
        var source = new CountedSource();
        try (InputStream open = Files.newInputStream(file)) {
            assertWholeAndAlone(get(source));
            assertThat(open.readAllBytes()).as("who reads it").isEqualTo(spoilt);
        }
        assertThat(source.opens()).hasValue(FILES);
    }

    @Test
    void aFetchThatFailsLeavesNothing() throws IOException {
        var failing = new CountedSource(new AtomicInteger(), () -> {
            throw new IllegalStateException("lost on purpose");
        });
        assertThatThrownBy(() -> get(failing)).hasMessage("lost on purpose");
        try (var entries = Files.list(root)) {
            assertThat(entries).containsExactly(root.resolve(KEY + ".lock"));
        }
    }

    @Test
    void aFolderThatOthersMayWriteIsRefused() throws IOException {
        Files.createDirectories(root);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> get(new CountedSource()))
                .isInstanceOf(FiligreeException.class)
                .hasMessageContaining("others may write there");
    }

    /** Only root may give a folder to another; a user number without a name will do. */
    @Test
    void aFolderOfAnotherUserIsRefused() throws IOException {
        assumeTrue(Files.getAttribute(folder, "unix:uid").equals(0), "run by root");
        Files.createDirectories(root);
        Files.setAttribute(root, "unix:uid", 54321);
        assertThatThrownBy(() -> get(new CountedSource()))
                .isInstanceOf(FiligreeException.class)
                .hasMessage(
                        "%s: is 54321's and not root's, and what lies there would be taken for the base: "
                                + "spark.filigree.base.cache names another folder",
                        root);
        try (var left = Files.list(root)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aDefaultFolderBelowAnotherUsersIsRefused() throws IOException {
        assumeTrue(Files.getAttribute(folder, "unix:uid").equals(0), "run by root");
        var above = folder.resolve(NodeCopies.defaultRoot().getParent().getFileName());
        copies = new NodeCopies(Files.createDirectories(above.resolve("bases")));
        Files.setAttribute(above, "unix:uid", 54321);
        assertThatThrownBy(() -> get(new CountedSource()))
                .isInstanceOf(FiligreeException.class)
                .hasMessageStartingWith(above + ": is 54321's and not root's");
    }

    @Test
    void aDiskWithoutRoomIsToldBeforeTheFetch() {
        var written = new AtomicInteger();
        var vast = new CopySource() {
            @Override
            public long bytes() {
                return 1L << 60;
            }

            @Override
            public void write(Target into) {
                written.incrementAndGet();
            }

            @Override
            public String describe() {
                return "hdfs://lake/vast";
            }
        };
        assertThatThrownBy(() -> copies.get(KEY, vast))
                .isInstanceOf(FiligreeException.class)
                .hasMessageContainingAll("hdfs://lake/vast", "spark.filigree.base.cache");
        assertThat(written).hasValue(0);
    }
}
