import { categorical } from '@vardrop/core';
import { bindBatch, createBuilder, elementCount } from '@vardrop/core/program';
import { evaluate } from '@vardrop/core/reference';
import { describe, expect, test } from 'vitest';
import { parseArguments } from '../src/arguments.js';
import { buildNetwork } from '../src/training/network.js';

/** KL of a network of 4 inputs and 3 classes, without hidden units, whose parameters are all one value. */
function klOf(line: string, value: number): number {
  const parsed = parseArguments(`train ${line}`.split(' '), '0');
  if (parsed.kind !== 'train') throw new Error(parsed.kind);
  const model = buildNetwork({ ...parsed.options, layers: [] }, { inputs: 4, outputs: 3 }, categorical());
  const b = createBuilder('kl');
  const values = Object.fromEntries(model.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
  b.output('kl', model.divergences(b, values)[0].kl);
  const inputs = Object.fromEntries(
    model.parameters.map(({ name, shape }) => [name, new Array(elementCount(shape)).fill(value)]),
  );
  return evaluate(bindBatch(b.build(), 1), { inputs }).kl[0];
}

describe('the Gaussian prior', () => {
  test('of mean-field weights has the deviation 0.1', () => {
    // θ = 0 and σ² = 1: ½ (σ²/0.01 − 1 − log(σ²/0.01)) a weight.
    expect(klOf('--noise mean-field', 0)).toBeCloseTo(12 * 0.5 * (100 - 1 - Math.log(100)), 9);
  });

  test('of the factors of type A has the deviation 1', () => {
    // ρ = 0, so that α = ½: ½ (α − log α) an input.
    const line = '--noise variational-a --divergence gaussian';
    expect(klOf(line, 0)).toBeCloseTo(4 * 0.5 * (0.5 - Math.log(0.5)), 9);
  });

  test('of weights under learned rates has the deviation 1', () => {
    // θ = ρ = 1: ½ Σ θ² (1 + e) over 12 weights, and the entropy of p = sigmoid(1) for each of 4 inputs.
    const p = 1 / (1 + Math.exp(-1));
    const entropy = -(p * Math.log(p) + (1 - p) * Math.log(1 - p));
    expect(klOf('--noise bernoulli-learned', 1)).toBeCloseTo(12 * 0.5 * (1 + Math.E) - 4 * entropy, 9);
  });
});
