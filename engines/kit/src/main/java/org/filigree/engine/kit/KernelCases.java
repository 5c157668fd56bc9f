package org.filigree.engine.kit;

import java.util.List;
import java.util.stream.Stream;

/** Every case of every kernel. */
final class KernelCases {

    private KernelCases() {}

    static List<KernelCase> all() {
        return Stream.of(
                        LinearCases.all(),
                        NormCases.all(),
                        AttentionCases.all(),
                        ElementwiseCases.movement(),
                        ElementwiseCases.activations(),
                        ElementwiseCases.losses(),
                        ElementwiseCases.optimizer())
                .flatMap(List::stream)
                .toList();
    }
}
