package org.filigree.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The SparkApplications against the operator's own schema, our image and our command line. */
class SparkApplicationsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path MANIFESTS = Image.REPOSITORY.resolve("deploy/kubernetes");

    @TempDir
    private Path folder;

    @Test
    void everyManifestIsOneOfThese() throws IOException {
        try (var files = Files.list(MANIFESTS)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "run-configmap.yaml", "spark-application-cpu.yaml", "spark-application-gpu.yaml");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "gpu"})
    void theOperatorTakesIt(String kind) throws IOException {
        JsonNode schema;
        try (var in = getClass().getResourceAsStream("sparkapplication-v1beta2.json")) {
            schema = JSON.readTree(in);
        }
        strict(schema);
        var errors = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(schema)
                .validate(application(kind));
        assertThat(errors).isEmpty();
        assertThat(application(kind).path("apiVersion").asText()).isEqualTo("sparkoperator.k8s.io/v1beta2");
        assertThat(application(kind).path("kind").asText()).isEqualTo("SparkApplication");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "gpu"})
    void itsCommandResolvesToARun(String kind) throws Exception {
        var image = Image.in(folder.resolve("image"));
        var spec = application(kind).path("spec");
        mount(image, spec.path("driver"));
        var arguments = texts(spec.path("arguments"));
        arguments.set(1, image.at(arguments.get(1)).toString());

        var resolved = Ran.resolving(spec.path("mainClass").asText(), Map.of("RUN_ID", "from-airflow"), arguments);

        assertThat(resolved.err()).isEmpty();
        assertThat(resolved.code()).isZero();
        assertThat(resolved.out()).contains("run: from-airflow", "workers: " + spec.at("/executor/instances"));
        assertThat(resolved.out()).contains(kind.equals("gpu") ? "device: cuda" : "device: auto");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "gpu"})
    void itsPathsAreTheImages(String kind) throws IOException {
        var image = Image.in(folder.resolve("image"));
        var spec = application(kind).path("spec");
        var jar = spec.path("mainApplicationFile").asText();
        assertThat(jar).startsWith("local:///");
        assertThat(image.at(jar.substring("local://".length()))).isRegularFile();
        for (var side : List.of("driver", "executor")) {
            var classPath = spec.path("sparkConf")
                    .path("spark.%s.extraClassPath".formatted(side))
                    .asText();
            assertThat(image.matching(classPath)).contains(image.at(jar.substring("local://".length())));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "gpu"})
    void sparkKnowsItsSettingsAndEachTaskHasTheWholeExecutor(String kind) throws IOException {
        var spec = application(kind).path("spec");
        var conf = spec.path("sparkConf");
        var names = new ArrayList<String>();
        conf.fieldNames().forEachRemaining(names::add);
        assertThat(SparkSettings.unknown(names)).isEmpty();
        assertThat(conf.path("spark.task.cpus").asInt())
                .isEqualTo(spec.at("/executor/cores").asInt());
        var gpus = spec.at("/executor/gpu/quantity").asInt();
        assertThat(gpus).isEqualTo(kind.equals("gpu") ? 1 : 0);
        assertThat(conf.path("spark.executor.resource.gpu.amount").asInt()).isEqualTo(gpus);
        assertThat(conf.path("spark.task.resource.gpu.amount").asInt()).isEqualTo(gpus);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "gpu"})
    void bothSidesHaveScratchSpaceAndTheLakeAndRunAsTheImagesUser(String kind) throws IOException {
        var image = Image.in(folder.resolve("image"));
        var spec = application(kind).path("spec");
        var volumes = spec.path("volumes").findValuesAsText("name");
        for (var side : List.of(spec.path("driver"), spec.path("executor"))) {
            assertThat(side.path("volumeMounts").findValuesAsText("name"))
                    .containsExactlyInAnyOrderElementsOf(volumes)
                    .anyMatch(name -> name.startsWith("spark-local-dir-"));
            assertThat(side.at("/securityContext/runAsUser").asText())
                    .isEqualTo(image.arguments("USER").get(0));
        }
    }

    /** Kubernetes refuses a field that its schema does not have; a JSON Schema has to be told to. */
    private static void strict(JsonNode schema) {
        if (schema instanceof ObjectNode object
                && object.path("properties").isObject()
                && !object.path("x-kubernetes-preserve-unknown-fields").asBoolean()
                // Of the object's metadata the schema says nothing.
                && !object.path("properties").isEmpty()) {
            object.put("additionalProperties", false);
        }
        schema.forEach(SparkApplicationsTest::strict);
    }

    /** The files that the operator mounts from the ConfigMap, put where the manifest wants them. */
    private static void mount(Image image, JsonNode driver) throws IOException {
        var map = manifest("run-configmap.yaml");
        assertThat(driver.path("configMaps")).hasSize(1);
        var mounted = driver.path("configMaps").get(0);
        assertThat(mounted.path("name")).isEqualTo(map.at("/metadata/name"));
        var target = image.at(mounted.path("path").asText());
        Files.createDirectories(target);
        for (var file : map.path("data").properties()) {
            Files.writeString(target.resolve(file.getKey()), file.getValue().asText());
        }
    }

    private static List<String> texts(JsonNode list) {
        return new ArrayList<>(StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .toList());
    }

    static JsonNode application(String kind) throws IOException {
        return manifest("spark-application-%s.yaml".formatted(kind));
    }

    private static JsonNode manifest(String name) throws IOException {
        return JSON.valueToTree(new Yaml(new SafeConstructor(new LoaderOptions()))
                .<Object>load(Files.readString(MANIFESTS.resolve(name))));
    }
}
