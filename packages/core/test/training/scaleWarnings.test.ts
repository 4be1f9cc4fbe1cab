import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { dense, sequential } from '../../src/layers/index.js';
import { gaussian, type Likelihoods } from '../../src/likelihoods/index.js';
import { type FitOptions, fit } from '../../src/network/index.js';
import { createReferenceBackend } from '../../src/reference/index.js';
import { type FitWarning, TrainingError } from '../../src/training/index.js';

const meanSquare = (values: readonly number[]) => values.reduce((sum, x) => sum + x * x, 0) / values.length;

/** One step without learning on rows of two columns. */
const options = (inputs: readonly number[], targets: readonly number[]): FitOptions => ({
  backend: createReferenceBackend(),
  data: { inputs, targets },
  epochs: 1,
});
const model = sequential({ input: [2], layers: [dense({ units: 2 })] });
const regression = sequential({ input: [2], layers: [dense({ units: 2 })], likelihood: gaussian() });

/** Numbers of either sign, of any size from 0.01 to 10⁶ and about any mean. */
const columns = (count: number) =>
  fc
    .record({
      values: fc.array(fc.integer({ min: -100, max: 100 }), { minLength: count, maxLength: count }),
      exponent: fc.double({ min: -2, max: 4, noNaN: true }),
      offset: fc.constantFrom(0, 0, 9, 11, -300),
    })
    .map(({ values, exponent, offset }) => values.map((x) => Math.fround(offset + (x / 100) * 10 ** exponent)));

const cases = fc.integer({ min: 1, max: 6 }).chain((rows) =>
  fc.record({
    inputs: columns(2 * rows),
    values: columns(2 * rows),
    labels: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: rows, maxLength: rows }),
    kind: fc.constantFrom('values', 'labels'),
  }),
);

describe('a warning of the scale', () => {
  afterEach(() => vi.restoreAllMocks());

  it('comes once for inputs and for values beyond a root mean square of 10, and never else', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ inputs, values, labels, kind }) => {
        const warnings: FitWarning[] = [];
        await fit<Likelihoods>(kind === 'values' ? regression : model, {
          ...options(inputs, kind === 'values' ? values : labels),
          onWarning: (warning) => warnings.push(warning),
        }).catch((error) => {
          // Values of 10⁴ may make a loss that float32 does not hold.
          expect(error).toMatchObject({ code: 'VARDROP_NON_FINITE_LOSS' });
        });
        const expected = [
          ...(meanSquare(inputs) > 100 ? ['inputs'] : []),
          ...(kind === 'values' && meanSquare(values) > 100 ? ['targets'] : []),
        ];
        expect(warnings.map(({ code }) => code)).toEqual(expected.map(() => 'VARDROP_SCALE'));
        warnings.forEach(({ message }, i) => {
          const got = Number(/root mean square is (\S+),/.exec(message)?.[1]);
          const size = Math.sqrt(meanSquare(expected[i] === 'inputs' ? inputs : values));
          expect(message).toMatch(`[fit] data.${expected[i]}: got`);
          expect(message).toMatch(expected[i] === 'inputs' ? /Divide pixels by 255; standardize/ : /Standardize them/);
          expect(Math.abs(got / size - 1)).toBeLessThan(0.006);
        });
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('goes to console.warn where nobody asks for it', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const pixels = options([0, 255, 17, 96], [0, 1]);
    await fit(model, pixels);
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^\[fit\] data\.inputs: .*\(VARDROP_SCALE\)$/)]]);
    await fit(model, { ...pixels, data: { ...pixels.data, inputs: [0, 1, 17 / 255, 96 / 255] } });
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('comes before the first step, is waited for, and ends training by throwing', async () => {
    const seen: string[] = [];
    await fit(model, {
      ...options([0, 255, 17, 96], [0, 1]),
      onWarning: async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        seen.push('warning');
      },
      onStep: () => seen.push('step'),
    });
    expect(seen).toEqual(['warning', 'step']);
    const refused = fit(model, {
      ...options([0, 255, 17, 96], [0, 1]),
      onWarning: ({ message }) => {
        throw new Error(message);
      },
    });
    await expect(refused).rejects.toBeInstanceOf(TrainingError);
    await expect(refused).rejects.toMatchObject({ code: 'VARDROP_CALLBACK', state: { step: 0 } });
  });
});
