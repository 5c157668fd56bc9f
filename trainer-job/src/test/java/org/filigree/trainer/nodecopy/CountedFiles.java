package org.filigree.trainer.nodecopy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import org.filigree.format.FileTree;
import org.filigree.format.LocalFiles;

/** The local disk; counts how often a weight file is opened. */
record CountedFiles(AtomicInteger opens) {

    CountedFiles() {
        this(new AtomicInteger());
    }

    FileTree tree() {
        var local = new LocalFiles();
        return (FileTree) Proxy.newProxyInstance(
                FileTree.class.getClassLoader(), new Class<?>[] {FileTree.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("openRandom")) {
                        opens.incrementAndGet();
                    }
                    try {
                        return method.invoke(local, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
