package org.filigree.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.filigree.trainer.telemetry.FiligreePlugin;
import org.junit.jupiter.api.Test;

class SparkSessionsTest {

    @Test
    void ourPluginComesAfterThoseOfTheUser() {
        var ours = FiligreePlugin.class.getName();
        assertThat(SparkSessions.plugins(null)).isEqualTo(ours);
        assertThat(SparkSessions.plugins("a.Plugin,b.Plugin")).isEqualTo("a.Plugin,b.Plugin," + ours);
    }

    private static final class Unregistered implements Serializable {}

    @Test
    void whatWeDoNotRegisterDoesNotTravel() throws IOException {
        try (var spark = SparkSessions.open("test", 1)) {
            var context = JavaSparkContext.fromSparkContext(spark.sparkContext());
            assertThat(context.parallelize(List.of(new byte[] {1}), 1).collect())
                    .containsExactly(new byte[] {1});
            assertThatThrownBy(() -> context.parallelize(List.of(1), 1)
                            .map(one -> new Unregistered())
                            .collect())
                    .hasMessageContaining("Class is not registered: " + Unregistered.class.getName());
        }
    }
}
