package org.filigree.model;

/** Activation functions by the mathematics, not by the name in a config.json. */
public enum ActivationKind {
    RELU,
    SILU,
    /** With the error function. */
    GELU,
    /** The tanh approximation (gelu_new, gelu_pytorch_tanh). */
    GELU_TANH
}
