package org.filigree.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.filigree.engine.Base;
import org.filigree.engine.Batch;
import org.filigree.engine.Buffer;
import org.filigree.engine.Kernels;
import org.filigree.engine.SessionOptions;
import org.filigree.text.TokenRow;
import org.junit.jupiter.api.Test;

/** Of how many tokens the logits are made at once: what the options say, or else what the kernels like. */
class HeadChunkTest {

    private static final int LIKED = 7;

    /** A row of 24 tokens has 23 targets. */
    private static final Batch BATCH = Batch.of(List.of(new Batch.Placed(0, 0, TokenRow.of(new int[24], new int[24]))));

    private final List<Integer> chunks = new ArrayList<>();

    @Test
    void theKernelsSayWhereTheOptionsDoNot() {
        train(SessionOptions.DEFAULT);
        assertThat(chunks).containsExactly(LIKED, LIKED, LIKED, 2);
    }

    @Test
    void theOptionsComeFirst() {
        train(new SessionOptions(false, 20));
        assertThat(chunks).containsExactly(20, 3);
    }

    private void train(SessionOptions options) {
        var model = TinyModel.LLAMA;
        var plan = model.lora(2, 0);
        var spec = model.spec();
        try (var kernels = watched();
                var base = Base.load(kernels, spec, model.weights());
                var session = base.session(options)) {
            session.put(0, plan, model.values(plan, 1));
            session.accumulate(BATCH);
        }
    }

    private Kernels watched() {
        var plain = new PlainKernels();
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("headChunk")) {
                        assertThat(arguments).containsExactly(TinyModel.VOCABULARY);
                        return LIKED;
                    }
                    if (method.getName().equals("crossEntropy")) {
                        chunks.add(((Buffer) arguments[0]).rows());
                    }
                    try {
                        return method.invoke(plain, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
