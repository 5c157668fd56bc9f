package org.filigree.trainer.faults;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * On executors: keeps back what the first attempt of a round's first task has made. Spark calls a plugin between the moment
 * from which no kill reaches a task and the moment its result goes to the driver, so the task succeeds whenever it is let go.
 */
public final class LateResult implements SparkPlugin {

    static final int ROUND = 3;

    /** Of the driver's thread, and so of its tasks: where whoever keeps a result back waits to be told. */
    private static final String PORT = "filigree.test.late";

    private static final int PATIENCE_MILLIS = 60_000;

    /** Its driver's side; results are kept back while it is open. */
    static final class Keeper implements AutoCloseable {

        private final SparkContext spark;
        private final ServerSocket door;

        Keeper(SparkContext spark) throws IOException {
            this.spark = spark;
            door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            door.setSoTimeout(PATIENCE_MILLIS);
            spark.setLocalProperty(PORT, Integer.toString(door.getLocalPort()));
        }

        /**
         * Lets the result go.
         *
         * @return the executor that has it
         */
        String release() throws IOException {
            try (var kept = door.accept()) {
                return new DataInputStream(kept.getInputStream()).readUTF();
            }
        }

        @Override
        public void close() throws IOException {
            spark.setLocalProperty(PORT, null);
            door.close();
        }
    }

    @Override
    public DriverPlugin driverPlugin() {
        return null;
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new OnExecutor();
    }

    private static final class OnExecutor implements ExecutorPlugin {

        /** Where to wait before the task's result goes; 0: it goes at once. */
        private final ThreadLocal<Integer> port = ThreadLocal.withInitial(() -> 0);

        private String executor;

        @Override
        public void init(PluginContext context, Map<String, String> extra) {
            executor = context.executorID();
        }

        @Override
        public void onTaskStart() {
            var task = TaskContext.get();
            var keeper = task.getLocalProperty(PORT);
            var late = keeper != null
                    && task.getLocalProperty("spark.job.description").startsWith("round %d,".formatted(ROUND))
                    && task.partitionId() == 0
                    && task.attemptNumber() == 0;
            port.set(late ? Integer.parseInt(keeper) : 0);
        }

        @Override
        public void onTaskSucceeded() {
            if (port.get() == 0) {
                return;
            }
            try (var keeper = new Socket(InetAddress.getLoopbackAddress(), port.get())) {
                new DataOutputStream(keeper.getOutputStream()).writeUTF(executor);
                keeper.getInputStream().transferTo(DataOutputStream.nullOutputStream());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
