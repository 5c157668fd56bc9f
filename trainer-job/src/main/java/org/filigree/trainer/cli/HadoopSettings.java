package org.filigree.trainer.cli;

import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.filigree.dataprep.files.HadoopFiles;

/** Hadoop's filesystems for a command that opens no session: with {@code spark.hadoop.*}, as a session has them. */
final class HadoopSettings {

    private static final String PREFIX = "spark.hadoop.";

    private HadoopSettings() {}

    static HadoopFiles files() {
        var configuration = new Configuration();
        for (var setting : new SparkConf().getAllWithPrefix(PREFIX)) {
            configuration.set(setting._1(), setting._2());
        }
        return new HadoopFiles(configuration);
    }
}
