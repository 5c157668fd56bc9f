package org.filigree.trainer.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.filigree.config.FiligreeException;
import org.junit.jupiter.api.Test;

class SparkSettingsTest {

    private static final long MIB = 1L << 20;
    private static final TrafficForecast TRAFFIC =
            new TrafficForecast(4 * MIB, 4 * MIB + 28, 4, 4 * (4 * MIB + 28 + 2_048), 400 * MIB);

    private static List<SparkSetting> misfits(String master, long nativeMib, String... conf) {
        var settings = new HashMap<String, String>();
        settings.put("spark.master", master);
        settings.put("spark.executor.memory", "2g");
        for (var i = 0; i < conf.length; i += 2) {
            settings.put(conf[i], conf[i + 1]);
        }
        return new SparkSettings(Map.copyOf(settings)).misfits(nativeMib * MIB, 700 * MIB, TRAFFIC, 2);
    }

    private static void assertOne(List<SparkSetting> found, String setting, String wanted, boolean required) {
        assertThat(found).hasSize(1);
        assertThat(found.get(0).setting()).isEqualTo(setting);
        assertThat(found.get(0).wanted()).isEqualTo(wanted);
        assertThat(found.get(0).required()).isEqualTo(required);
    }

    @Test
    void nativeMemoryBelongsIntoTheOverheadWhereTheManagerCounts() {
        for (var master : List.of("yarn", "k8s://https://host:443")) {
            assertOne(misfits(master, 1000, "spark.task.cpus", "2"), "spark.executor.memoryOverhead", "1356m", true);
            assertThat(misfits(master, 1000, "spark.task.cpus", "2", "spark.executor.memoryOverhead", "1356"))
                    .isEmpty();
        }
        assertThat(misfits("spark://host:7077", 1000, "spark.task.cpus", "2")).isEmpty();
        assertThat(misfits("local[2,4]", 1000)).isEmpty();
    }

    @Test
    void theDefaultOverheadIsSparksOwn() {
        var settings = new SparkSettings(Map.of("spark.master", "yarn", "spark.executor.memory", "20g"));
        assertThat(settings.nativeAllowed()).hasValue(2048 * MIB - 256 * MIB);
        assertThat(new SparkSettings(Map.of("spark.master", "yarn")).nativeAllowed())
                .hasValue((384 - 256) * MIB);
    }

    @Test
    void aRoundsResultsMustFit() {
        var found = misfits("local[2,4]", 1, "spark.driver.maxResultSize", "15m");
        assertOne(found, "spark.driver.maxResultSize", "18m or more, or 0", true);
        assertThat(misfits("local[2,4]", 1, "spark.driver.maxResultSize", "17m"))
                .isEmpty();
        assertThat(misfits("local[2,4]", 1, "spark.driver.maxResultSize", "0")).isEmpty();
    }

    @Test
    void aDriverCollectsAQuarterOfItsHeapAndNoMoreThanSparkAllowsOrTwoGiB() {
        var launched = new SparkSettings(Map.of("spark.driver.maxResultSize", "0"));
        assertThat(launched.resultRoom(1024 * MIB)).isEqualTo(256 * MIB);
        assertThat(launched.resultRoom(64 * 1024 * MIB)).isEqualTo(2048 * MIB);
        var unset = new SparkSettings(Map.of());
        assertThat(unset.resultRoom(1024 * MIB)).isEqualTo(256 * MIB);
        assertThat(unset.resultRoom(64 * 1024 * MIB)).isEqualTo(1024 * MIB);
        assertThat(new SparkSettings(Map.of("spark.driver.maxResultSize", "100m")).resultRoom(1024 * MIB))
                .isEqualTo(100 * MIB);
    }

    @Test
    void tasksThatWouldShareCoresAndASmallHeapAreToldAndNotRefused() {
        assertOne(misfits("spark://host:7077", 1), "spark.task.cpus", "2", false);
        assertOne(
                misfits("spark://host:7077", 1, "spark.task.cpus", "2", "spark.executor.memory", "512m"),
                "spark.executor.memory",
                "700m",
                false);
    }

    @Test
    void aLimitOfJavaCppsBelowTheBaseIsRefused() {
        var found = misfits(
                "local[2,4]",
                1000,
                "spark.executor.extraJavaOptions",
                "-Xss2m -Dorg.bytedeco.javacpp.maxPhysicalBytes=900m");
        assertOne(found, "spark.executor.extraJavaOptions", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0", true);
        var forecast = new RunForecast("", null, TRAFFIC, 0, null, found);
        assertThatThrownBy(forecast::requireFits)
                .isInstanceOfSatisfying(
                        FiligreeException.class,
                        e -> assertThat(e.code()).isEqualTo(FiligreeException.Code.CONFIGURATION))
                .hasMessageStartingWith("spark.executor.extraJavaOptions: found -Dorg.bytedeco");
    }

    @Test
    void theLargestMicroBatchIsTheLastThatFits() {
        var memory = new ExecutorMemory(new org.filigree.engine.MemoryForecast(100, 10, 2, 1), 2, 64);
        for (var most : new int[] {1, 2, 7, 50}) {
            var fits = memory.largest(memory.needed(5), most);
            assertThat(fits).isEqualTo(Math.min(5, most));
        }
        assertThat(memory.largest(memory.needed(1) - 1, 8)).isZero();
    }
}
