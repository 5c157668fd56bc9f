package org.filigree.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScaleBenchmarkTest {

    @ParameterizedTest
    @ValueSource(strings = {"collect", "reduce_scatter"})
    void recordedWorkersSendAnAdapterAndTheRowSaysWhatCameUp(String gathering) throws IOException {
        var conf = new SparkConf(false)
                .setMaster("local[1]")
                .setAppName("test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1");
        try (var spark = new JavaSparkContext(conf)) {
            var row = new ScaleBenchmark("2", "int8", "factors", gathering, "1").row(spark, 1);

            // A layer of 1.31M parameters: a byte each from two workers, or their float32 averages.
            var cells = row.split(" \\| ", -1);
            assertThat(Double.parseDouble(cells[cells.length - 1].replace(" |", "")))
                    .isBetween(gathering.equals("collect") ? 2.6 : 5.2, gathering.equals("collect") ? 2.8 : 5.4);
        }
    }
}
