package org.filigree.engine.dl4j;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;

/** Row-major products. A matrix is a place and a leading dimension, so heads and column views are never copied. */
final class Blas {

    private Blas() {}

    /** {@code c[m, n] = alpha * a[m, k] b[k, n] + beta * c}; a beta of 0 overwrites whatever was there. */
    static void product(
            int m,
            int n,
            int k,
            double alpha,
            FloatPointer a,
            int strideA,
            FloatPointer b,
            int strideB,
            double beta,
            FloatPointer c,
            int strideC) {
        gemm(openblas.CblasNoTrans, openblas.CblasNoTrans, m, n, k, alpha, a, strideA, b, strideB, beta, c, strideC);
    }

    /** {@code c[m, n] = alpha * a[m, k] b[n, k]' + beta * c}. */
    static void productTransposed(
            int m,
            int n,
            int k,
            double alpha,
            FloatPointer a,
            int strideA,
            FloatPointer b,
            int strideB,
            double beta,
            FloatPointer c,
            int strideC) {
        gemm(openblas.CblasNoTrans, openblas.CblasTrans, m, n, k, alpha, a, strideA, b, strideB, beta, c, strideC);
    }

    /** {@code c[m, n] = alpha * a[k, m]' b[k, n] + beta * c}. */
    static void transposedProduct(
            int m,
            int n,
            int k,
            double alpha,
            FloatPointer a,
            int strideA,
            FloatPointer b,
            int strideB,
            double beta,
            FloatPointer c,
            int strideC) {
        gemm(openblas.CblasTrans, openblas.CblasNoTrans, m, n, k, alpha, a, strideA, b, strideB, beta, c, strideC);
    }

    private static void gemm(
            int transA,
            int transB,
            int m,
            int n,
            int k,
            double alpha,
            FloatPointer a,
            int strideA,
            FloatPointer b,
            int strideB,
            double beta,
            FloatPointer c,
            int strideC) {
        if (m > 0 && n > 0) {
            openblas.cblas_sgemm(
                    openblas.CblasRowMajor,
                    transA,
                    transB,
                    m,
                    n,
                    k,
                    (float) alpha,
                    a,
                    strideA,
                    b,
                    strideB,
                    (float) beta,
                    c,
                    strideC);
        }
    }
}
