/**
 * What the quickstart trains on, made from a seed: a corpus about a small world, a byte-level tokenizer learned from it,
 * the starting weights of a small Llama, and rows for two adapters whose ways the base does not have.
 */
package org.filigree.quickstart;
