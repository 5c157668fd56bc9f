package org.filigree.trainer.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.spark.resource.ResourceInformation;
import org.filigree.config.FiligreeException;
import org.junit.jupiter.api.Test;

class AssignedDeviceTest {

    private static Map<String, ResourceInformation> gpu(String... addresses) {
        return Map.of("gpu", new ResourceInformation("gpu", addresses));
    }

    @Test
    void theAddressThatSparkAssignedIsTaken() {
        assertThat(AssignedDevice.of("auto", gpu("3"))).isEqualTo("cuda:3");
        assertThat(AssignedDevice.of("cuda", gpu("0"))).isEqualTo("cuda:0");
    }

    @Test
    void autoWithoutAGpuIsTheCpuAndCpuStaysTheCpu() {
        assertThat(AssignedDevice.of("auto", Map.of())).isEqualTo("cpu");
        assertThat(AssignedDevice.of("cpu", gpu("3"))).isEqualTo("cpu");
    }

    @Test
    void aGpuAskedForAndNotAssignedIsToldWithWhatToSet() {
        assertThatThrownBy(() -> AssignedDevice.of("cuda", Map.of()))
                .isInstanceOfSatisfying(
                        FiligreeException.class,
                        e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.CONFIGURATION))
                .hasMessageContainingAll("spark.task.resource.gpu.amount", "spark.executor.resource.gpu.amount");
    }

    @Test
    void anAddressThatIsNoNumberIsRefused() {
        assertThatThrownBy(() -> AssignedDevice.of("auto", gpu("GPU-8f3a")))
                .isInstanceOf(FiligreeException.class)
                .hasMessageContaining("GPU-8f3a");
    }

    @Test
    void outsideOfATaskTheEngineCounts() {
        assertThat(AssignedDevice.ofTask("auto")).isEqualTo("auto");
        assertThat(AssignedDevice.ofTask("cuda")).isEqualTo("cuda");
    }
}
