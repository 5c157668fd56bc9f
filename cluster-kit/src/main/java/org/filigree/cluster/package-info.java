/**
 * A Spark cluster of real processes on one machine, for whoever wants to see what survives their loss.
 *
 * <pre>{@code
 * try (var cluster = StandaloneCluster.start(2, 1)) {
 *     var driver = cluster.driver("driver", Map.of(), "org.example.Main", List.of("train", "run.yaml"));
 *     cluster.executors(0).get(0).kill();
 *     cluster.killWorker(1);
 *     cluster.startWorker(1);
 *     driver.kill();
 * }
 * }</pre>
 */
package org.filigree.cluster;
