package org.filigree.engine;

import java.util.List;
import org.filigree.model.Op;

final class GatedActivationRunner implements OpRunner<Op.GatedActivation> {

    @Override
    public void forward(Op.GatedActivation op, Frame frame) {
        frame.kernels()
                .gatedActivation(op.kind(), frame.in(op.gate()), frame.in(op.up()), frame.out(op.out(), op.width()));
    }

    @Override
    public void backward(Op.GatedActivation op, Frame frame) {
        frame.writeGradient(
                op.gate(),
                op.width(),
                dGate -> frame.writeGradient(
                        op.up(),
                        op.width(),
                        dUp -> frame.kernels()
                                .gatedActivationGradient(
                                        op.kind(),
                                        frame.in(op.gate()),
                                        frame.in(op.up()),
                                        frame.gradient(op.out()),
                                        dGate,
                                        dUp)));
    }

    @Override
    public List<String> saved(Op.GatedActivation op, boolean trains) {
        return List.of(op.gate(), op.up());
    }
}
