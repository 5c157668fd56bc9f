package org.filigree.engine.libtorch;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.filigree.engine.Arena;
import org.filigree.engine.Buffer;
import org.filigree.engine.OutOfEngineMemoryException;
import org.filigree.model.DataType;

/** Owns the tensors behind its buffers, and holds what it was lent. Buffers see the memory without holding it. */
final class TorchArena implements Arena {

    /** Of libtorch's own memory: on other addresses its kernels might take another path, to other bits. */
    private static final int ALIGNMENT = 64;

    private final Device device;
    private final List<Tensor> owned = new ArrayList<>();
    private final List<ByteBuffer> held = new ArrayList<>();
    private long bytes;

    TorchArena(Device device) {
        this.device = device;
    }

    @Override
    public Buffer allocate(DataType type, int rows, int columns) {
        if (rows < 0 || columns < 0) {
            throw new IllegalArgumentException("a buffer of [%d, %d]".formatted(rows, columns));
        }
        var shape = new long[] {rows, columns};
        try (var scope = new PointerScope()) {
            var options = TorchTypes.options(type).device(new DeviceOptional(device));
            Tensor memory;
            try {
                memory = torch.empty(shape, options, new org.bytedeco.pytorch.MemoryFormatOptional());
            } catch (RuntimeException e) {
                throw new OutOfEngineMemoryException("no room for [%d, %d] of %s (%d MiB) beside the %d MiB held: %s"
                        .formatted(
                                rows,
                                columns,
                                type,
                                ((long) rows * columns * type.bytes()) >> 20,
                                bytes >> 20,
                                String.valueOf(e.getMessage())
                                        .lines()
                                        .findFirst()
                                        .orElse("")));
            }
            owned.add(memory);
            bytes += (long) rows * columns * type.bytes();
            // CUDA says of no memory at all that it is not on its device.
            var view = memory.numel() == 0 ? memory : torch.from_blob(memory.data_ptr(), shape, options);
            memory.retainReference();
            view.retainReference();
            return new TorchBuffer(view, type, rows, columns);
        }
    }

    @Override
    public Optional<Buffer> over(ByteBuffer data, DataType type, int rows, int columns) {
        if (!device.is_cpu() || !data.isDirect() || data.alignmentOffset(data.position(), ALIGNMENT) != 0) {
            return Optional.empty();
        }
        if (data.remaining() != (long) rows * columns * type.bytes()) {
            throw new IllegalArgumentException(
                    "[%d, %d] of %s over %d bytes".formatted(rows, columns, type, data.remaining()));
        }
        try (var scope = new PointerScope()) {
            var view = torch.from_blob(
                    new BytePointer(data.slice()), new long[] {rows, columns}, TorchTypes.options(type));
            view.retainReference();
            held.add(data);
            return Optional.of(new TorchBuffer(view, type, rows, columns));
        }
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        owned.forEach(Tensor::close);
        owned.clear();
        held.clear();
        bytes = 0;
    }
}
