/**
 * Kernels for GPUs, as operations on ND4J's arrays. The same calls are tried on ND4J's CPU backend, kit and reference
 * cases alike ({@code dl4j-device} in docs/engines.md); on a GPU they have never run here.
 */
package org.filigree.engine.dl4j.device;
