import { describe, expect, it } from 'vitest';
import { categorical, gaussian, type Likelihood, logSoftmax } from '../../src/likelihoods/index.js';
import { createBuilder } from '../../src/program/builder.js';
import { gradients } from '../../src/program/differentiate.js';
import { simplify } from '../../src/program/simplify.js';
import { evaluate } from '../../src/reference/index.js';

const shape = [2, 3];

/** −log p of each row, and the gradient of their sum in the outputs. */
function losses(likelihood: Likelihood, output: number[], target: number[], own: Record<string, number[]> = {}) {
  const b = createBuilder('likelihood');
  const y = b.input('output', shape);
  const parameters = Object.fromEntries(
    likelihood.parameters([3]).map(({ name, shape: of }) => [name, b.input(name, of)]),
  );
  const loss = likelihood.negativeLogLikelihood(b, y, b.input('target', shape), parameters);
  expect(loss.shape).toEqual([2]);
  b.output('loss', loss);
  const wrt = [y, ...Object.values(parameters)];
  gradients(b, b.reduceSum(loss), wrt).forEach((gradient, i) => {
    b.output(`gradient${i}`, gradient);
  });
  const result = evaluate(simplify(b.build()), { inputs: { output, target, ...own } });
  return Object.fromEntries(Object.entries(result).map(([name, values]) => [name, Array.from(values)]));
}

describe('likelihoods', () => {
  const oneHot = [0, 1, 0, 1, 0, 0];

  it('categorical: −log softmax of the label, its gradient softmax − label', () => {
    const logits = [1, 2, -1, 0, 0.5, 3];
    const { loss, gradient0 } = losses(categorical(), logits, oneHot);
    [0, 1].forEach((row) => {
      const own = logits.slice(3 * row, 3 * row + 3).map(Math.exp);
      const sum = own.reduce((a, c) => a + c);
      const label = oneHot.slice(3 * row, 3 * row + 3);
      expect(loss[row]).toBeCloseTo(-Math.log(own[label.indexOf(1)] / sum), 13);
      own.forEach((e, k) => {
        expect(gradient0[3 * row + k]).toBeCloseTo(e / sum - label[k], 13);
      });
    });
  });

  it('categorical: no overflow, and no lost digits, where logits are large', () => {
    const { loss, gradient0 } = losses(categorical(), [1e4, -1e4, 0, 1000, 1000, 999], oneHot);
    expect(loss[0]).toBe(2e4);
    expect(loss[1]).toBeCloseTo(Math.log(2 + Math.exp(-1)), 12);
    expect(gradient0.slice(0, 3)).toEqual([1, -1, 0]);
  });

  it('categorical: a logit of −∞ for another label takes no part', () => {
    const b = createBuilder('logSoftmax');
    b.output('y', logSoftmax(b, b.input('x', [3])));
    const { y } = evaluate(b.build(), { inputs: { x: [0, Number.NEGATIVE_INFINITY, 0] } });
    expect(Array.from(y)).toEqual([-Math.log(2), Number.NEGATIVE_INFINITY, -Math.log(2)]);
  });

  it('gaussian: ½ Σ ((y − m)²/σ² + log 2πσ²)', () => {
    const [output, target, logVariance] = [
      [1, 2, 3, 4, 5, 6],
      [1, 1, 5, 4.5, 5, 2],
      [0, -1, 2],
    ];
    const { loss, gradient1 } = losses(gaussian(), output, target, { logVariance });
    const squared = output.map((m, i) => (target[i] - m) ** 2 / Math.exp(logVariance[i % 3]));
    const logs = logVariance.map((value) => value + Math.log(2 * Math.PI));
    [0, 1].forEach((row) => {
      const expected = [0, 1, 2].reduce((sum, k) => sum + 0.5 * (squared[3 * row + k] + logs[k]), 0);
      expect(loss[row]).toBeCloseTo(expected, 12);
    });
    [0, 1, 2].forEach((k) => {
      expect(gradient1[k]).toBeCloseTo(0.5 * (1 - squared[k]) + 0.5 * (1 - squared[3 + k]), 12);
    });
  });

  it('say which outputs they can read', () => {
    for (const bad of [[1], [2, 2], []]) {
      expect(() => categorical().targetShape(bad)).toThrow(expect.objectContaining({ code: 'VARDROP_SHAPE' }));
    }
    expect(categorical().targetShape([2])).toEqual([2]);
    expect(categorical().parameters([2])).toEqual([]);
    expect(gaussian({ logVariance: -2 }).parameters([4, 5])).toEqual([
      { name: 'logVariance', shape: [4, 5], initialize: { kind: 'constant', value: -2 } },
    ]);
  });
});
