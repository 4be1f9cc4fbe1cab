import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { key, orthogonal } from '../../src/random/index.js';

/** By `jax.nn.initializers.orthogonal()(jax.random.PRNGKey(seed), shape)` of jax 0.10.2, in float32. */
const byJax = [
  {
    seed: 3,
    shape: [2, 5],
    values: [
      -0.661545277, 0.17496559, -0.268810153, -0.569636822, -0.367423385, 0.522592127, 0.720994473, 0.0619975626,
      -0.137871578, -0.429199547,
    ],
  },
  {
    seed: 4,
    shape: [4, 3],
    values: [
      0.820903182, 0.499438375, -0.2739923, 0.233131781, -0.00134895719, 0.780835092, -0.483849376, 0.865129054,
      0.130390435, -0.194055051, -0.0459461734, -0.546097815,
    ],
  },
  { seed: 5, shape: [1, 2], values: [-0.059689045, 0.998216867] },
];

describe('orthogonal', () => {
  it.each(byJax)('is what JAX makes of the seed $seed in shape $shape', ({ seed, shape, values }) => {
    const matrix = orthogonal(key(seed), shape[0], shape[1]);
    expect(matrix).toHaveLength(values.length);
    // JAX computes in float32: a few roundings of a sum of up to five terms.
    values.forEach((value, i) => {
      expect(Math.abs(matrix[i] - value)).toBeLessThan(2e-6);
    });
  });

  it('has orthonormal rows, or columns where there are fewer', () => {
    const sizes = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(fc.nat(1e6), sizes, sizes, (seed, rows, columns) => {
        const matrix = orthogonal(key(seed), rows, columns);
        const short = Math.min(rows, columns);
        const at = (vector: number, i: number) =>
          rows < columns ? matrix[vector * columns + i] : matrix[i * columns + vector];
        for (let a = 0; a < short; a++) {
          for (let b = 0; b <= a; b++) {
            let sum = 0;
            for (let i = 0; i < Math.max(rows, columns); i++) sum += at(a, i) * at(b, i);
            // Elements are rounded to float32: |Σ (x + δx)(y + δy) − xy| ≤ 2⁻²⁴ · 2 Σ |x||y| ≤ 2⁻²³ by Cauchy and Schwarz.
            expect(Math.abs(sum - (a === b ? 1 : 0))).toBeLessThan(2 ** -23 * 1.001);
          }
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});
