/**
 * The Deeplearning4j engine: {@link org.filigree.engine.Kernels} on ND4J's native backend and the OpenBLAS that it shares
 * with libtorch's JavaCPP. Products are BLAS calls on strided places, so that nothing is copied; elementwise work runs in
 * blocks that stay in the cache, by ND4J's native operations where they are the faster and by plain loops where they are
 * not. Nothing waits for a garbage collector, and no shape is remembered.
 *
 * <pre>{@code
 * try (var kernels = new Dl4jEngine().open("cpu", DataType.FLOAT32, 2);
 *         var base = Base.load(kernels, spec, weights);
 *         var session = base.session(SessionOptions.DEFAULT)) {
 *     session.put(0, plan, values);
 *     session.accumulate(batch);
 * }
 * }</pre>
 */
package org.filigree.engine.dl4j;
