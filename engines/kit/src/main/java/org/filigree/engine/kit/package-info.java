/**
 * What an engine's author runs. {@link org.filigree.engine.kit.EngineCompatibilityKit} checks every kernel alone,
 * {@link org.filigree.engine.kit.SessionCompatibilityKit} what the tape promises over them, and
 * {@link org.filigree.engine.kit.ReferenceCases} whole models against Hugging Face and PEFT. The judge is
 * {@link org.filigree.engine.kit.PlainKernels}, plain Java in double precision, itself judged by finite differences.
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
