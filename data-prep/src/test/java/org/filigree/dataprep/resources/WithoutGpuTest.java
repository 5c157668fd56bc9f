package org.filigree.dataprep.resources;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WithoutGpuTest {

    private static WithoutGpu on(String master, String... settings) {
        var conf = new HashMap<String, String>(Map.of("spark.master", master, "spark.task.resource.gpu.amount", "0.5"));
        for (var i = 0; i < settings.length; i += 2) {
            conf.put(settings[i], settings[i + 1]);
        }
        return WithoutGpu.of(conf);
    }

    private static String skipped(WithoutGpu choice) {
        assertThat(choice).isInstanceOf(WithoutGpu.Skipped.class);
        return ((WithoutGpu.Skipped) choice).reason();
    }

    @ParameterizedTest
    @ValueSource(strings = {"spark://host:7077", "yarn", "k8s://https://host:443", "local-cluster[2,1,1024]"})
    void withFixedExecutorsTheTasksAskForNoGpu(String master) {
        assertThat(on(master)).isEqualTo(new WithoutGpu.Tasks());
        assertThat(on(master, "spark.dynamicAllocation.enabled", "false")).isEqualTo(new WithoutGpu.Tasks());
    }

    @ParameterizedTest
    @ValueSource(strings = {"spark://host:7077", "yarn", "k8s://https://host:443"})
    void withDynamicAllocationTheExecutorsHaveNoGpuEither(String master) {
        assertThat(on(master, "spark.dynamicAllocation.enabled", "true", "spark.executor.cores", "8"))
                .isEqualTo(new WithoutGpu.Executors(8));
        assertThat(on(master, "spark.dynamicAllocation.enabled", "true")).isEqualTo(new WithoutGpu.Executors(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "local[4]", "local[2,4]"})
    void aLocalMasterIsSkippedAndWhyIsSaid(String master) {
        assertThat(skipped(on(master, "spark.dynamicAllocation.enabled", "true")))
                .contains("local master", master);
    }

    /** On a full cluster they would leave nothing for executors without GPUs, and the stages would wait for ever. */
    @Test
    void whereSparkNeverGivesExecutorsBackItIsSkippedAndWhyIsSaid() {
        var least = "spark.dynamicAllocation.minExecutors";
        var dynamic = "spark.dynamicAllocation.enabled";
        assertThat(skipped(on("yarn", dynamic, "true", least, "2"))).contains(least, "2");
        assertThat(on("yarn", dynamic, "true", least, "0")).isEqualTo(new WithoutGpu.Executors(1));
        assertThat(on("yarn", dynamic, "false", least, "2")).isEqualTo(new WithoutGpu.Tasks());
    }

    @Test
    void withoutAGpuOfATaskThereIsNothingToDo() {
        assertThat(skipped(WithoutGpu.of(Map.of("spark.master", "yarn")))).contains("spark.task.resource.gpu.amount");
        assertThat(skipped(on("yarn", "spark.task.resource.gpu.amount", "0"))).contains("ask for no GPU");
    }

    @Test
    void anUnknownMasterIsSkippedByItsName() {
        assertThat(skipped(on("mesos://host:5050"))).contains("mesos://host:5050");
    }
}
