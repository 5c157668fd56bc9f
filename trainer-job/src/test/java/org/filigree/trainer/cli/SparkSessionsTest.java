package org.filigree.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
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

    @Test
    void whatTheUserSetsStands() throws IOException {
        var set = Map.of("spark.task.maxDirectResultSize", "2m", "spark.driver.maxResultSize", "3g");
        set.forEach(System::setProperty);
        try (var spark = SparkSessions.open("test", 1)) {
            assertThat(set.keySet())
                    .allSatisfy(key -> assertThat(spark.conf().get(key)).isEqualTo(set.get(key)));
            assertThat(spark.conf().get("spark.broadcast.compress")).isEqualTo("false");
        } finally {
            set.keySet().forEach(System::clearProperty);
        }
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
