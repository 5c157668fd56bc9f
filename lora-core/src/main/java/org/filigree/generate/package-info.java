/**
 * Texts from a model: which token comes next ({@link org.filigree.generate.Sampler}), one token after another
 * ({@link org.filigree.generate.Generator}), and their text ({@link org.filigree.generate.AnswerText}).
 *
 * <pre>{@code
 * var generator = new Generator(session, Sampling.GREEDY, Set.of(endToken), spec.maxPositions());
 * var text = new AnswerText(tokenizer, prompt);
 * generator.generate(slot, prompt, 128, token -> out.print(text.append(token)));
 * out.println(text.rest());
 * }</pre>
 */
package org.filigree.generate;
