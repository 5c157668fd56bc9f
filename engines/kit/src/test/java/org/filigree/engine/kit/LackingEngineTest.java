package org.filigree.engine.kit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import org.filigree.engine.Engine;
import org.filigree.engine.Kernels;
import org.filigree.model.DataType;

/** An engine that declares what it lacks passes the kit as long as it refuses by name. */
class LackingEngineTest extends EngineCompatibilityKit {

    private static final Set<String> LACKS = Set.of("rotary", "attentionGradient");

    @Override
    protected Engine engine() {
        return new PlainEngine();
    }

    @Override
    protected Set<DataType> computeTypes() {
        return Set.of(DataType.FLOAT64);
    }

    @Override
    protected Kernels kernels(DataType computeType) {
        var whole = new PlainKernels();
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("lacks")) {
                        return LACKS;
                    }
                    if (LACKS.contains(method.getName())) {
                        throw new UnsupportedOperationException("engine plain has no " + method.getName());
                    }
                    try {
                        return method.invoke(whole, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
