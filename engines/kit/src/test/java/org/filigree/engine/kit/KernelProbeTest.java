package org.filigree.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.filigree.engine.Buffer;
import org.filigree.engine.KernelProbe;
import org.filigree.engine.Kernels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelProbeTest {

    private static String bits(Kernels kernels) {
        return KernelProbe.fingerprint(kernels).parts().get("bits");
    }

    @Test
    void theSameKernelsAnswerAlike() {
        assertThat(bits(new PlainKernels())).matches("[0-9a-f]{8}").isEqualTo(bits(new PlainKernels()));
    }

    @Test
    void itIsOnePartMoreThanTheKernelsSayOfThemselves() {
        var kernels = new PlainKernels();
        assertThat(kernels.fingerprint().differences(KernelProbe.fingerprint(kernels)))
                .containsExactly("bits: none and " + bits(kernels));
    }

    /** Position of the result among the kernel's arguments. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "linear 3",
                "linearInputGradient 2",
                "linearWeightGradient 2",
                "rmsNorm 3",
                "activation 2",
                "crossEntropy 3",
                "attention 5",
                "attention 6"
            })
    void oneValueThatDiffersInItsLastBitShows(String result) {
        var method = result.split(" ", -1)[0];
        var argument = Integer.parseInt(result.split(" ", -1)[1]);
        assertThat(bits(disturbed(method, argument))).isNotEqualTo(bits(new PlainKernels()));
    }

    private static Kernels disturbed(String name, int argument) {
        var plain = new PlainKernels();
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                    try {
                        var returned = method.invoke(plain, arguments);
                        if (method.getName().equals(name)) {
                            disturb((Buffer) arguments[argument]);
                        }
                        return returned;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static void disturb(Buffer result) {
        var values = result.read();
        var last = values.length - 1;
        values[last] = Math.nextUp(values[last]);
        result.write(values, 0);
    }
}
