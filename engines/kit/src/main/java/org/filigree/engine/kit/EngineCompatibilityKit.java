package org.filigree.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.filigree.engine.Buffer;
import org.filigree.engine.Engine;
import org.filigree.engine.EngineUnavailableException;
import org.filigree.engine.Kernels;
import org.filigree.model.DataType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What every engine promises, as tests: extend it, name the engine and the compute types it claims, and open its
 * kernels. Each kernel is compared with {@link PlainKernels} at edge shapes; one that the engine lacks must refuse.
 */
public abstract class EngineCompatibilityKit {

    /** Not kernels: what every engine has. */
    private static final Set<String> NOT_KERNELS = Set.of(
            "computeType", "masterType", "lacks", "fingerprint", "lanes", "headChunk", "runLanes", "arena", "close");

    /** The engine on trial. */
    protected abstract Engine engine();

    /** Every compute type that the engine claims on this machine. */
    protected abstract Set<DataType> computeTypes();

    /** Kernels in that type; the kit closes them. */
    protected abstract Kernels kernels(DataType computeType);

    /** Whether the engine claims to compute on mapped weights where they lie; one that does not loads them. */
    protected boolean computesOnMappedMemory() {
        return false;
    }

    @Nested
    class BuffersAndArenas {
        @TestFactory
        Stream<DynamicTest> storedTypesArriveRounded() {
            return inEveryType(BufferClaims::storedTypesArriveRounded);
        }

        @TestFactory
        Stream<DynamicTest> floatsComeBackRounded() {
            return inEveryType(BufferClaims::floatsComeBackRounded);
        }

        @TestFactory
        Stream<DynamicTest> bfloat16RoundsToNearestEven() {
            return inEveryType(BufferClaims::bfloat16RoundsToNearestEven);
        }

        @TestFactory
        Stream<DynamicTest> offsetsSkipValues() {
            return inEveryType(BufferClaims::offsetsSkipValues);
        }

        @TestFactory
        Stream<DynamicTest> viewsShareMemory() {
            return inEveryType(BufferClaims::viewsShareMemory);
        }

        @TestFactory
        Stream<DynamicTest> impossibleViewsAreRefused() {
            return inEveryType(BufferClaims::impossibleViewsAreRefused);
        }

        @TestFactory
        Stream<DynamicTest> aBufferMayBeEmpty() {
            return inEveryType(BufferClaims::aBufferMayBeEmpty);
        }

        @TestFactory
        Stream<DynamicTest> anArenaCountsItsBytesAndReleasesThem() {
            return inEveryType(BufferClaims::anArenaCountsItsBytes);
        }

        @TestFactory
        Stream<DynamicTest> aClosedArenaGivesItsMemoryBack() {
            return inEveryType(BufferClaims::aClosedArenaGivesItsMemoryBack);
        }
    }

    @Nested
    class BasesInMappedMemory {
        @TestFactory
        Stream<DynamicTest> giveTheBitsOfLoadedOnes() {
            return inEveryType(
                    kernels -> MappedBaseClaims.aMappedBaseGivesTheBitsOfALoadedOne(kernels, computesOnMappedMemory()));
        }

        @TestFactory
        Stream<DynamicTest> areCopiedWhereTheyMayChange() {
            return inEveryType(MappedBaseClaims::weightsThatMayChangeAreCopied);
        }

        @TestFactory
        Stream<DynamicTest> areConvertedBeforehandToTheSameBits() {
            return inEveryType(MappedBaseClaims::anEngineConvertsAsDataTypeDoes);
        }
    }

    @Nested
    class MovementAndSums {
        @TestFactory
        Stream<DynamicTest> agreeWithTheJudge() {
            return judged(ElementwiseCases.movement());
        }
    }

    @Nested
    class LinearLayers {
        @TestFactory
        Stream<DynamicTest> agreeWithTheJudge() {
            return judged(LinearCases.all());
        }
    }

    @Nested
    class Norms {
        @TestFactory
        Stream<DynamicTest> agreeWithTheJudge() {
            return judged(NormCases.all());
        }
    }

    @Nested
    class AttentionAndRotary {
        @TestFactory
        Stream<DynamicTest> agreeWithTheJudge() {
            return judged(AttentionCases.all());
        }
    }

    @Nested
    class Activations {
        @TestFactory
        Stream<DynamicTest> agreeWithTheJudge() {
            return judged(ElementwiseCases.activations());
        }
    }

    @Nested
    class Losses {
        @TestFactory
        Stream<DynamicTest> agreeWithTheJudge() {
            return judged(ElementwiseCases.losses());
        }
    }

    @Nested
    class Optimizer {
        @TestFactory
        Stream<DynamicTest> agreesWithTheJudge() {
            return judged(ElementwiseCases.optimizer());
        }

        @TestFactory
        Stream<DynamicTest> adamWIsPyTorchs() {
            return inEveryType(AdamWReference::check);
        }
    }

    @Nested
    class Gradients {
        @TestFactory
        Stream<DynamicTest> areTheSlopesOfTheForwardKernels() {
            return inEveryType(kernels -> {
                // Differences of narrower types say nothing; there the judge's gradients do, which were checked so.
                try (var judge = new PlainKernels()) {
                    var own = kernels.computeType() == DataType.FLOAT64
                            && kernels.lacks().isEmpty();
                    var slopes = own ? kernels : judge;
                    assertThat(FiniteDifferences.check(slopes)).isEqualTo(772);
                }
            });
        }
    }

    @Nested
    class Determinism {
        @TestFactory
        Stream<DynamicTest> equalInputsGiveEqualBits() {
            return inEveryType(kernels -> available(kernels)
                    .forEach(c ->
                            assertThat(flat(c.bits(kernels))).as(c.toString()).isEqualTo(flat(c.bits(kernels)))));
        }

        @TestFactory
        Stream<DynamicTest> severalThreadsAtOnceGiveTheBitsOfOne() {
            return inEveryType(kernels -> {
                var cases = available(kernels);
                var alone = cases.stream().map(c -> flat(c.bits(kernels))).toList();
                Supplier<List<List<Long>>> all =
                        () -> cases.stream().map(c -> flat(c.bits(kernels))).toList();
                var threads = Executors.newFixedThreadPool(4);
                try {
                    var running = Stream.generate(() -> CompletableFuture.supplyAsync(all, threads))
                            .limit(4)
                            .toList();
                    running.forEach(result -> assertThat(result.join()).isEqualTo(alone));
                } finally {
                    threads.shutdownNow();
                }
            });
        }
    }

    @Nested
    class Refusing {
        @TestFactory
        Stream<DynamicTest> wrongShapesAreRefused() {
            return computeTypes().stream()
                    .flatMap(type -> Refusals.all().stream()
                            .map(r -> dynamicTest(
                                    "%s: %s is refused in %s".formatted(r.kernel(), r.claim(), type), () -> {
                                        try (var kernels = kernels(type);
                                                var arena = kernels.arena()) {
                                            if (kernels.lacks().contains(r.kernel())) {
                                                return;
                                            }
                                            assertThatThrownBy(() -> r.call().accept(kernels, operands(kernels, arena)))
                                                    .isInstanceOf(IllegalArgumentException.class);
                                        }
                                    })));
        }

        @Test
        void whatIsLackedIsAKernel() {
            computeTypes().forEach(type -> {
                try (var kernels = kernels(type)) {
                    assertThat(kernelNames()).containsAll(kernels.lacks());
                }
            });
        }

        @Test
        void everyKernelIsTried() {
            Set<String> tried =
                    KernelCases.all().stream().map(KernelCase::kernel).collect(Collectors.toSet());
            assertThat(tried).isEqualTo(kernelNames());
        }
    }

    @Nested
    class Opening {
        @Test
        void atLeastOneComputeTypeIsClaimed() {
            assertThat(computeTypes()).isNotEmpty();
        }

        @TestFactory
        Stream<DynamicTest> otherComputeTypesAreRefusedInOneLine() {
            return Arrays.stream(DataType.values())
                    .filter(type -> !computeTypes().contains(type))
                    .map(type -> dynamicTest(
                            type.name(),
                            () -> assertThatThrownBy(() -> engine().open("cpu", type, 1))
                                    .isInstanceOf(EngineUnavailableException.class)
                                    .message()
                                    .containsIgnoringCase(type.name())
                                    .doesNotContain("\n")));
        }

        @TestFactory
        Stream<DynamicTest> whatAutoComputesInIsClaimedAndSaysWhy() {
            return Arrays.stream(DataType.values())
                    .map(wanted -> dynamicTest(wanted.name(), () -> {
                        var choice = engine().bestComputeType("cpu", wanted);
                        assertThat(computeTypes()).contains(choice.type());
                        assertThat(choice.reason()).isNotBlank().doesNotContain("\n");
                    }));
        }

        @TestFactory
        Stream<DynamicTest> kernelsHaveTheTypeAskedForAndAFingerprint() {
            return computeTypes().stream()
                    .map(type -> dynamicTest(type.name(), () -> {
                        try (var kernels = kernels(type)) {
                            assertThat(kernels.computeType()).isEqualTo(type);
                            assertThat(kernels.fingerprint().engineName()).isEqualTo(engine().name());
                            assertThat(kernels.fingerprint().parts()).containsKeys("threads", "type");
                        }
                    }));
        }

        @TestFactory
        Stream<DynamicTest> everyLaneEndsBeforeTheFirstFailureIsThrown() {
            return inEveryType(kernels -> {
                var ended = new AtomicInteger();
                var parts = new ArrayList<Runnable>();
                for (var lane = 0; lane < kernels.lanes(); lane++) {
                    var name = "lane " + lane;
                    parts.add(() -> {
                        ended.incrementAndGet();
                        throw new IllegalStateException(name);
                    });
                }
                assertThatThrownBy(() -> kernels.runLanes(parts)).hasMessage("lane 0");
                assertThat(ended).hasValue(kernels.lanes()).hasPositiveValue();
            });
        }
    }

    private Stream<DynamicTest> inEveryType(Consumer<Kernels> claim) {
        return computeTypes().stream()
                .map(type -> dynamicTest("in " + type, () -> {
                    try (var kernels = kernels(type)) {
                        claim.accept(kernels);
                    }
                }));
    }

    /** Each case in each type: equal to the judge, or refused by name where the engine lacks the kernel. */
    private Stream<DynamicTest> judged(List<KernelCase> cases) {
        return computeTypes().stream()
                .flatMap(type -> cases.stream()
                        .map(c -> dynamicTest(c + ", in " + type, () -> {
                            try (var kernels = kernels(type)) {
                                if (kernels.lacks().contains(c.kernel())) {
                                    assertThatThrownBy(() -> c.judge(kernels))
                                            .isInstanceOf(UnsupportedOperationException.class)
                                            .hasMessageContaining(c.kernel())
                                            .hasMessageContaining(engine().name());
                                } else {
                                    c.judge(kernels);
                                }
                            }
                        })));
    }

    private static List<KernelCase> available(Kernels kernels) {
        return KernelCases.all().stream()
                .filter(c -> !kernels.lacks().contains(c.kernel()))
                .toList();
    }

    private static List<Long> flat(List<long[]> bits) {
        return bits.stream().flatMapToLong(Arrays::stream).boxed().toList();
    }

    private static Set<String> kernelNames() {
        return Arrays.stream(Kernels.class.getDeclaredMethods())
                .filter(m -> !m.isSynthetic() && !Modifier.isStatic(m.getModifiers()))
                .map(Method::getName)
                .filter(name -> !NOT_KERNELS.contains(name))
                .collect(Collectors.toSet());
    }

    private static Refusals.Operands operands(Kernels kernels, org.filigree.engine.Arena arena) {
        return new Refusals.Operands() {
            @Override
            public Buffer of(int rows, int columns) {
                var buffer = arena.allocate(kernels.computeType(), rows, columns);
                kernels.fill(buffer, 0.5);
                return buffer;
            }

            @Override
            public Buffer master(int rows, int columns) {
                var buffer = arena.allocate(kernels.masterType(), rows, columns);
                kernels.fill(buffer, 0.5);
                return buffer;
            }
        };
    }
}
