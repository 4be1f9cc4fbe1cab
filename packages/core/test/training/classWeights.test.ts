import fc from 'fast-check';
import { expect, it } from 'vitest';
import { classWeights } from '../../src/index.js';

it('balances classes: each has the same weight in all, and rows the mean weight 1', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 1, 2, 5), { minLength: 1, maxLength: 60 }), (labels) => {
      const weights = classWeights(labels);
      const sums = new Map<number, number>();
      labels.forEach((label, row) => {
        sums.set(label, (sums.get(label) ?? 0) + weights[row]);
      });
      for (const sum of sums.values()) expect(sum).toBeCloseTo(labels.length / sums.size, 4);
    }),
  );
});

// sklearn.utils.class_weight.compute_sample_weight('balanced', [0, 2, 2, 2, 5, 5]) of scikit-learn 1.9.1.
it('gives the weights of scikit-learn, and those that it is given', () => {
  const labels = Uint8Array.of(0, 2, 2, 2, 5, 5);
  expect([...classWeights(labels)]).toEqual([2, 2 / 3, 2 / 3, 2 / 3, 1, 1].map(Math.fround));
  expect([...classWeights(labels, [3, 9, 0.5, 9, 9, 0])]).toEqual([3, 0.5, 0.5, 0.5, 0, 0]);
});

it('refuses labels that are none, and weights that are none', () => {
  for (const labels of [[], [0.5], [-1], 'no'])
    expect(() => classWeights(labels as never)).toThrow('[classWeights] labels');
  for (const weights of [[1], [1, -1], [1, Number.NaN], 'even'])
    expect(() => classWeights([0, 1], weights as never)).toThrow('[classWeights] weights');
});
