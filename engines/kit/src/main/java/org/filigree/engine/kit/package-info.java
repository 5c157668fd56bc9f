/**
 * What an engine's author runs: {@link org.filigree.engine.kit.EngineCompatibilityKit} checks every kernel alone and judges by
 * {@link org.filigree.engine.kit.PlainKernels}, plain Java in double precision.
 *
 * <pre>{@code
 * class MyEngineTest extends EngineCompatibilityKit {
 *     protected Engine engine() { return new MyEngine(); }
 *     protected Set<DataType> computeTypes() { return Set.of(DataType.FLOAT32); }
 *     protected Kernels kernels(DataType type) { return engine().open("cpu", type, 2); }
 * }
 * }</pre>
 */
package org.filigree.engine.kit;
