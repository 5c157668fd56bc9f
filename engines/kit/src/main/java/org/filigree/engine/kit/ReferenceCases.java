package org.filigree.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.filigree.engine.AdamWStep;
import org.filigree.engine.Base;
import org.filigree.engine.Kernels;
import org.filigree.engine.Session;
import org.filigree.engine.SessionOptions;
import org.filigree.format.HuggingFaceFolder;
import org.filigree.format.HuggingFaceWriter;
import org.filigree.format.LocalFiles;
import org.filigree.lora.AdapterPlan;
import org.filigree.lora.GradientClip;
import org.filigree.lora.MergedWeights;
import org.filigree.model.DataType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An engine in float32 against results made with Hugging Face transformers and PEFT. Extend it, give {@link #kernels},
 * and every claim runs. Tolerances are those that came with the cases.
 */
public abstract class ReferenceCases {

    private static final double LOGITS = 1e-4;
    private static final double GRADIENTS = 1e-3;
    private static final double CURVE = 1e-4;
    private static final double ADAPTER = 1e-3;
    private static final int PADDED_LENGTH = 16;

    @TempDir
    Path folder;

    /** Kernels in float32, or in float64; closed by the caller. */
    protected abstract Kernels kernels();

    /** The column of docs/engines.md: the engine's name. */
    protected String column(Kernels kernels) {
        return kernels.fingerprint().engineName();
    }

    /** What a claim needs: a case, its model loaded, its adapter in slot 0. */
    private interface Claim {
        void check(ReferenceCase reference, AdapterPlan plan, Session session) throws IOException;
    }

    static Stream<String> cases() {
        return StreamSupport.stream(EngineTable.names().spliterator(), false).filter(EngineTable::runs);
    }

    /** Without the case that trains every weight. */
    static Stream<String> adapterCases() {
        return cases().filter(name -> !name.equals("llama-full"));
    }

    @AfterAll
    static void theTableOfTheDocumentationSaysWhatHeld() throws IOException {
        EngineTable.settle((int) (3 * cases().count() + adapterCases().count()));
    }

    private void on(String name, Claim claim) throws IOException {
        var reference = new ReferenceCase(name, folder);
        var model = reference.model();
        loaded(name, model, session -> claim.check(reference, reference.plan(model), session));
    }

    /** What is claimed of a model alone. */
    private interface ModelClaim {
        void check(Session session) throws IOException;
    }

    private void loaded(String name, HuggingFaceFolder model, ModelClaim claim) throws IOException {
        try (var kernels = kernels();
                var base = Base.load(kernels, model.spec(), model);
                var session = base.session(SessionOptions.DEFAULT)) {
            var column = column(kernels);
            EngineTable.begun(column, name);
            claim.check(session);
            EngineTable.held(column, name);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void logitsOfTheBaseAndWithTheAdapterAreTheReferences(String name) throws IOException {
        on(name, (reference, plan, session) -> {
            assertLogits(reference, session, "base_logits");
            session.put(0, plan, reference.start(plan));
            assertLogits(reference, session, "logits");
            session.put(0, plan, reference.end(plan));
            assertLogits(reference, session, "final_logits");
        });
    }

    private static void assertLogits(ReferenceCase reference, Session session, String name) throws IOException {
        var batch = reference.batch(0);
        var found = session.logits(batch, IntStream.range(0, batch.size()).toArray());
        var wanted = reference.logits(name);
        var vocabulary = found[0].length;
        var largest = 0.0;
        var worst = 0.0;
        for (var r = 0; r < batch.rows().size(); r++) {
            var row = batch.rows().get(r);
            for (var t = 0; t < row.tokens(); t++) {
                for (var v = 0; v < vocabulary; v++) {
                    var want = wanted[(r * PADDED_LENGTH + t) * vocabulary + v];
                    largest = Math.max(largest, Math.abs(want));
                    worst = Math.max(worst, Math.abs(want - found[row.firstToken() + t][v]));
                }
            }
        }
        assertThat(worst).as(name).isLessThan(LOGITS * (largest > 10 ? largest : 1));
    }

    @ParameterizedTest
    @MethodSource("adapterCases")
    void aModelFolderWithTheAdapterMergedInGivesTheReferencesMergedLogits(String name) throws IOException {
        var reference = new ReferenceCase(name, folder.resolve("base"));
        var model = reference.model();
        var plan = reference.plan(model);
        var merged = new MergedWeights(model.spec(), model, plan, reference.end(plan));
        var files = new LocalFiles();
        var target = folder.resolve("merged").toString();
        new HuggingFaceWriter(files)
                .write(
                        target,
                        model,
                        DataType.FLOAT32,
                        weight -> merged.read(weight).floats());
        var read = HuggingFaceFolder.open(files, target);
        loaded(name, read, session -> assertLogits(reference, session, "merged_logits"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void lossAndGradientsAreTheReferences(String name) throws IOException {
        on(name, (reference, plan, session) -> {
            session.put(0, plan, reference.start(plan));
            var losses = session.accumulate(reference.batch(0));
            var wantedLoss = reference.reference().path("loss").doubleValue();
            assertThat(losses.loss() / losses.tokens()).isCloseTo(wantedLoss, within(CURVE * wantedLoss));
            var found = new float[plan.layout().size()];
            session.gradients(0, found);
            for (var i = 0; i < found.length; i++) {
                found[i] /= losses.tokens();
            }
            assertTensors(plan, found, reference.gradients(plan), GRADIENTS);
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void twentyStepsGiveTheCurveAndTheFinalAdapter(String name) throws IOException {
        on(name, (reference, plan, session) -> {
            session.put(0, plan, reference.start(plan));
            var rate = reference.learningRate();
            var maxNorm = reference
                    .reference()
                    .path("training")
                    .path("clip_grad_norm")
                    .asDouble(0);
            var curve = reference.reference().path("curve");
            assertThat(curve.size()).isEqualTo(20);
            for (var step = 0; step < curve.size(); step++) {
                var losses = session.accumulate(reference.batch(step));
                var wanted = curve.get(step).doubleValue();
                assertThat(losses.loss() / losses.tokens())
                        .as("loss of step " + step)
                        .isCloseTo(wanted, within(CURVE * wanted));
                var norm = Math.sqrt(session.squaredGradientNorm(0)) / losses.tokens();
                var wantedNorm =
                        reference.reference().path("grad_norms").get(step).doubleValue();
                assertThat(norm)
                        .as("gradient norm of step " + step)
                        .isCloseTo(wantedNorm, within(GRADIENTS * wantedNorm));
                var scale = GradientClip.factor(norm, maxNorm) / losses.tokens();
                session.update(0, new AdamWStep(step + 1, rate.at(step), 0.9, 0.999, 1e-8, 0.01, scale));
            }
            assertTensors(plan, session.values(0), reference.end(plan), ADAPTER);
        });
    }

    private static void assertTensors(AdapterPlan plan, float[] found, float[] wanted, double tolerance) {
        for (var tensor : plan.layout().tensors()) {
            var difference = 0.0;
            var norm = 0.0;
            for (var i = tensor.offset(); i < tensor.offset() + tensor.elements(); i++) {
                difference += Math.pow(found[i] - wanted[i], 2);
                norm += Math.pow(wanted[i], 2);
            }
            assertThat(Math.sqrt(difference)).as(tensor.name()).isLessThanOrEqualTo(tolerance * Math.sqrt(norm));
        }
    }
}
