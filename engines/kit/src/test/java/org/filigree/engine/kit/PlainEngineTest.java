package org.filigree.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ServiceLoader;
import java.util.Set;
import org.filigree.engine.Engine;
import org.filigree.engine.EngineUnavailableException;
import org.filigree.engine.Kernels;
import org.filigree.model.DataType;
import org.junit.jupiter.api.Test;

class PlainEngineTest extends EngineCompatibilityKit {

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
        return engine().open("cpu", computeType, 1);
    }

    @Test
    void isFoundByServiceLoader() {
        assertThat(ServiceLoader.load(Engine.class)).hasAtLeastOneElementOfType(PlainEngine.class);
    }

    @Test
    void otherDevicesAndTypesAreRefused() {
        assertThatThrownBy(() -> engine().open("cuda", DataType.FLOAT64, 1))
                .isInstanceOf(EngineUnavailableException.class)
                .hasMessageContaining("cuda");
        assertThatThrownBy(() -> engine().open("cpu", DataType.FLOAT32, 1))
                .isInstanceOf(EngineUnavailableException.class)
                .hasMessageContaining("FLOAT32");
    }
}
