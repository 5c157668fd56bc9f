package org.filigree.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class LocalFilesTest {

    private static final int FOLDERS = 20;
    private static final int FILES = 50;

    @TempDir
    private Path folder;

    private Path tree;

    @BeforeEach
    void aTree() throws IOException {
        tree = folder.resolve("tree");
        for (var i = 0; i < FOLDERS; i++) {
            var below = Files.createDirectories(tree.resolve("folder-" + i));
            for (var j = 0; j < FILES; j++) {
                Files.createFile(below.resolve("file-" + j));
            }
        }
    }

    @Test
    void whatIsNotThereIsDeletedWithoutAWord() {
        assertThatCode(() -> new LocalFiles().delete(folder.resolve("nowhere").toString()))
                .doesNotThrowAnyException();
    }

    @Test
    void manyMayDeleteOneTreeAtOnce() throws Exception {
        var deleters = 4;
        var together = new CyclicBarrier(deleters);
        Callable<Void> deleter = () -> {
            together.await();
            new LocalFiles().delete(tree.toString());
            return null;
        };
        var threads = Executors.newFixedThreadPool(deleters);
        try {
            for (var done : threads.invokeAll(java.util.Collections.nCopies(deleters, deleter))) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(tree).doesNotExist();
    }

    /** The writer waits for the deletion to begin, and writes where it has not ended. */
    @Test
    void aFolderThatGetsAFileMeanwhileIsDeletedAllTheSame() throws Exception {
        var late = new FutureTask<>(() -> {
            while (left(tree) == FOLDERS * FILES) {
                Thread.onSpinWait();
            }
            Files.createFile(tree.resolve("late"));
            return true;
        });
        var writer = new Thread(late);
        writer.start();
        new LocalFiles().delete(tree.toString());
        assertThat(late.get(60, TimeUnit.SECONDS)).as("written in time").isTrue();
        assertThat(tree).doesNotExist();
    }

    private static int left(Path tree) {
        var count = 0;
        for (var i = 0; i < FOLDERS; i++) {
            var names = tree.resolve("folder-" + i).toFile().list();
            count += names == null ? 0 : names.length;
        }
        return count;
    }
}
