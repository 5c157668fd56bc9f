package org.filigree.engine.dl4j.device;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Results on the way to a buffer, released with the kernel that made them and not when a collector thinks of it. */
final class Temporaries implements AutoCloseable {

    private final List<INDArray> owned = new ArrayList<>();

    /** Takes an array that nothing else holds, never a view of a buffer. */
    INDArray own(INDArray array) {
        owned.add(array);
        return array;
    }

    @Override
    public void close() {
        for (var array : owned) {
            if (!array.wasClosed() && array.closeable()) {
                array.close();
            }
        }
    }
}
