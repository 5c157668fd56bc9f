package org.filigree.trainer.round;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkEnv;
import org.filigree.engine.Base;
import org.filigree.engine.Fingerprint;
import org.filigree.engine.KernelProbe;
import org.filigree.engine.Session;
import org.filigree.engine.SessionOptions;
import org.filigree.format.FileTree;
import org.filigree.lora.AdapterPlan;
import org.filigree.trainer.moments.MomentsCache;
import org.filigree.trainer.round.WorkerInput.Rows;
import org.filigree.trainer.round.WorkerInput.Side;

/**
 * What a JVM keeps between tasks: bases, sessions that nobody uses just now, open corpora, moments. The one place with
 * state of its own; a round does not depend on it, since {@link Session#put} starts every round from values alone, and
 * moments that are not here are made again.
 */
final class ExecutorCache {

    static final ExecutorCache OF_THIS_JVM = new ExecutorCache();

    private static final int CORPORA = 4;

    private static final class Loaded {
        final Base base;
        final Fingerprint machine;
        final Map<SessionOptions, Deque<Session>> idle = new LinkedHashMap<>();
        int leases;

        Loaded(Base base) {
            this.base = base;
            try {
                this.machine = KernelProbe.fingerprint(base.kernels());
            } catch (RuntimeException | Error e) {
                close();
                throw e;
            }
        }

        void close() {
            idle.values().forEach(sessions -> sessions.forEach(Session::close));
            base.close();
            base.kernels().close();
        }
    }

    private record Corpus(String fingerprint, Side side) {}

    private final MomentsCache moments = new MomentsCache();
    private final Map<String, Loaded> bases = new HashMap<>();
    private final Map<Corpus, Rows> corpora = new LinkedHashMap<>(4, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Corpus, Rows> eldest) {
            return size() > CORPORA;
        }
    };

    /** One task's use of the base, with a session of its own. A session is kept only after {@link #succeeded}. */
    final class Lease implements AutoCloseable {

        private final WorkerInput input;
        private final Loaded loaded;
        private final Session session;
        private AdapterPlan plan;
        private boolean succeeded;

        private Lease(WorkerInput input, Loaded loaded, Session session) {
            this.input = input;
            this.loaded = loaded;
            this.session = session;
        }

        Session session() {
            return session;
        }

        Base base() {
            return loaded.base;
        }

        /** Where the task's result comes from. */
        Origin origin() {
            return new Origin(
                    SparkEnv.get().blockManager().blockManagerId().host(), loaded.base.digest(), loaded.machine);
        }

        /** Matching target modules takes its time, so a task does it once. */
        AdapterPlan plan() {
            if (plan == null) {
                plan = input.plan(loaded.base.spec());
            }
            return plan;
        }

        Rows rows(Side side) {
            synchronized (ExecutorCache.this) {
                return corpora.computeIfAbsent(new Corpus(input.corpusFingerprint(), side), c -> input.rows(side));
            }
        }

        FileTree files() {
            return input.files();
        }

        void succeeded() {
            succeeded = true;
        }

        @Override
        public void close() {
            synchronized (ExecutorCache.this) {
                loaded.leases--;
                if (succeeded) {
                    loaded.idle
                            .computeIfAbsent(input.options(), o -> new ArrayDeque<>())
                            .push(session);
                } else {
                    session.close();
                }
            }
        }
    }

    MomentsCache moments() {
        return moments;
    }

    /** The base is loaded under the lock: the tasks that wait for it need it too. */
    synchronized Lease lease(WorkerInput input) {
        var loaded = bases.get(input.baseFingerprint());
        if (loaded == null) {
            evict();
            loaded = new Loaded(input.load());
            bases.put(input.baseFingerprint(), loaded);
        }
        var idle = loaded.idle.get(input.options());
        var session = idle == null || idle.isEmpty() ? loaded.base.session(input.options()) : idle.pop();
        loaded.leases++;
        return new Lease(input, loaded, session);
    }

    /** Native bytes of the input's base and of its sessions that no task uses just now. */
    synchronized long held(WorkerInput input) {
        var loaded = bases.get(input.baseFingerprint());
        if (loaded == null) {
            return 0;
        }
        var idle = loaded.idle.getOrDefault(input.options(), new ArrayDeque<>());
        return loaded.base.bytes() + idle.stream().mapToLong(Session::bytes).sum();
    }

    /** Bytes of the input's base that other JVMs of the node may have in common with this one. */
    synchronized long mapped(WorkerInput input) {
        var loaded = bases.get(input.baseFingerprint());
        return loaded == null ? 0 : loaded.base.mappedBytes();
    }

    /** Before another is loaded: the machine may hold one only. */
    private void evict() {
        bases.values().removeIf(base -> {
            if (base.leases > 0) {
                return false;
            }
            base.close();
            return true;
        });
    }
}
