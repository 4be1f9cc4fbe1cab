import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gaussian } from '../../src/likelihoods/index.js';
import { missingTarget } from '../../src/likelihoods/missing.js';
import { foldIn, key, normal } from '../../src/random/index.js';
import { lossOf } from './lossOf.js';

const fixtures = fc.record({
  rows: fc.integer({ min: 2, max: 4 }),
  outputs: fc.integer({ min: 2, max: 3 }),
  steps: fc.constantFrom([], [3]),
  beta: fc.constantFrom(0, 0.3, 0.5, 1),
  seed: fc.nat(1e6),
});
const draw = (seed: number, purpose: number, count: number) => Array.from(normal(foldIn(key(seed), purpose), count));

describe("gaussian({ variance: 'output' })", () => {
  it('has the gradient of the loss whose weights stay as they are, by Richardson differences', () => {
    fc.assert(
      fc.property(fixtures, ({ rows, outputs, steps, beta, seed }) => {
        const shape = [...steps, 2 * outputs];
        const each = rows * (steps[0] ?? 1);
        const output = draw(seed, 1, each * 2 * outputs);
        const target = draw(seed, 2, each * outputs);
        const at = (values: readonly number[], i: number, k: number, half: number) =>
          values[i * 2 * outputs + half * outputs + k];
        // The sum with weights of the outputs before any of them moves.
        const frozen = (moved: readonly number[]) => {
          let sum = 0;
          for (let i = 0; i < each; i++) {
            for (let k = 0; k < outputs; k++) {
              const [mean, log] = [at(moved, i, k, 0), at(moved, i, k, 1)];
              const square = (target[i * outputs + k] - mean) ** 2;
              const weight = Math.exp(beta * at(output, i, k, 1));
              sum += weight * 0.5 * (square / Math.exp(log) + log + Math.log(2 * Math.PI));
            }
          }
          return sum;
        };
        const { loss, gradient } = lossOf(gaussian({ variance: 'output', beta }), shape, output, target);
        expect(loss.length).toBe(rows);
        expect(loss.reduce((sum, one) => sum + one, 0)).toBeCloseTo(frozen(output), 9);
        const largest = gradient.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
        gradient.forEach((derivative, i) => {
          const shifted = (h: number) => frozen(output.map((value, j) => (i === j ? value + h : value)));
          const central = (h: number) => (shifted(h) - shifted(-h)) / (2 * h);
          const wanted = (4 * central(5e-4) - central(1e-3)) / 3;
          // Rounding of sums of order 100 by steps of 10⁻³, and h⁴ times the fifth derivative.
          expect(Math.abs(derivative - wanted)).toBeLessThan(1e-8 * Math.max(1, largest));
        });
      }),
      { numRuns: 30 },
    );
  });
});

describe("missing: 'skip'", () => {
  it('has the losses and gradients of the targets that are present alone', () => {
    fc.assert(
      fc.property(fixtures, fc.boolean(), ({ rows, outputs, beta, seed }, ofNetwork) => {
        const options = ofNetwork ? ({ variance: 'output', beta } as const) : ({ variance: 0.7 } as const);
        const width = ofNetwork ? 2 * outputs : outputs;
        const output = draw(seed, 1, rows * width);
        const target = draw(seed, 2, rows * outputs);
        const missing = draw(seed, 3, rows * outputs).map((value) => value > 0);
        const given = target.map((value, i) => (missing[i] ? missingTarget : value));
        const skipped = lossOf(gaussian({ ...options, missing: 'skip' }), [width], output, given);
        for (let row = 0; row < rows; row++) {
          // Each present target by itself.
          let sum = 0;
          for (let k = 0; k < outputs; k++) {
            const places = ofNetwork ? [row * width + k, row * width + outputs + k] : [row * width + k];
            if (missing[row * outputs + k]) {
              for (const place of places) expect(Math.abs(skipped.gradient[place])).toBe(0);
              continue;
            }
            const own = lossOf(
              gaussian(options),
              [places.length],
              places.map((place) => output[place]),
              [target[row * outputs + k]],
            );
            sum += own.loss[0];
            places.forEach((place, i) => {
              expect(Math.abs(skipped.gradient[place] - own.gradient[i])).toBeLessThan(
                1e-12 * (1 + Math.abs(own.gradient[i])),
              );
            });
          }
          expect(Math.abs(skipped.loss[row] - sum)).toBeLessThan(1e-12 * (1 + Math.abs(sum)));
        }
      }),
      { numRuns: 50 },
    );
  });
});
