package org.filigree.trainer;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The walls of the design: who may import what, and which sums Spark must not make. */
class WallsTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.filigree");

    /** Their order of summing depends on which task ends first. */
    private static final Set<String> UNORDERED =
            Set.of("fold", "reduce", "treeReduce", "treeAggregate", "aggregate", "reduceByKey", "foldByKey");

    @Test
    void theCoreSeesNoSparkNoHadoopAndNoNativeLibrary() {
        assertThat(CLASSES.contain("org.filigree.engine.Session")).isTrue();
        noClasses()
                .that()
                .resideInAnyPackage(
                        "org.filigree.model..",
                        "org.filigree.lora..",
                        "org.filigree.format..",
                        "org.filigree.text",
                        "org.filigree.engine",
                        "org.filigree.generate",
                        "org.filigree.config..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.spark..",
                        "org.apache.hadoop..",
                        "org.bytedeco..",
                        "org.nd4j..",
                        "ai.djl..",
                        "org.filigree.trainer..",
                        "org.filigree.dataprep..")
                .check(CLASSES);
    }

    @Test
    void nobodyImportsAnEngineOrATokenizer() {
        noClasses()
                .that()
                .resideInAPackage("org.filigree..")
                .and()
                .resideOutsideOfPackages(
                        "org.filigree.engine.libtorch..",
                        "org.filigree.engine.dl4j..",
                        "org.filigree.engine.kit..",
                        "org.filigree.text.huggingface..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.filigree.engine.libtorch..",
                        "org.filigree.engine.dl4j..",
                        "org.filigree.engine.kit..",
                        "org.filigree.text.huggingface..",
                        "org.bytedeco..",
                        "org.nd4j..",
                        "ai.djl..")
                .check(CLASSES);
    }

    @Test
    void theEnginesShareNothingBelowTheKernels() {
        assertThat(CLASSES.contain("org.filigree.engine.libtorch.LibTorchEngine"))
                .isTrue();
        assertThat(CLASSES.contain("org.filigree.engine.dl4j.Dl4jEngine")).isTrue();
        noClasses()
                .that()
                .resideInAPackage("org.filigree.engine.libtorch..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.filigree.engine.dl4j..", "org.nd4j..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("org.filigree.engine.dl4j..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.filigree.engine.libtorch..", "org.bytedeco.pytorch..")
                .check(CLASSES);
    }

    @Test
    void theClusterKitKnowsNothingOfWhatRunsOnIt() {
        assertThat(CLASSES.contain("org.filigree.cluster.StandaloneCluster")).isTrue();
        noClasses()
                .that()
                .resideInAPackage("org.filigree.cluster..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("org.filigree..").and(resideOutsideOfPackage("org.filigree.cluster..")))
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackages("org.filigree.cluster..", "org.filigree.chaos..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.filigree.cluster..")
                .check(CLASSES);
    }

    @Test
    void noSumIsLeftToSparksOrder() {
        var calls = CLASSES.stream()
                .flatMap(c -> c.getMethodCallsFromSelf().stream())
                .filter(call -> call.getTargetOwner().getName().startsWith("org.apache.spark."))
                .toList();
        assertThat(calls).as("calls to Spark").isNotEmpty();
        assertThat(calls)
                .filteredOn(call -> UNORDERED.contains(call.getName()))
                .extracting(JavaAccess::getDescription)
                .isEmpty();
    }

    @Test
    void packagesOfTheTrainerHaveNoCycles() {
        slices().matching("org.filigree.trainer.(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @Test
    void noFieldOfTheTrainerIsStaticAndMutable() {
        var fields = CLASSES.stream()
                .filter(c -> c.getPackageName().startsWith("org.filigree.trainer"))
                .flatMap(c -> c.getFields().stream())
                .filter(f -> f.getModifiers().contains(JavaModifier.STATIC))
                .toList();
        assertThat(fields).isNotEmpty();
        assertThat(fields).allMatch(f -> f.getModifiers().contains(JavaModifier.FINAL));
    }
}
