import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windows } from '../src/index.js';

const size = (max: number) => fc.integer({ min: 1, max });

describe('windows', () => {
  it('are the steps that they say, and all of them', () => {
    const cases = fc.record({
      steps: size(30),
      length: size(6),
      ahead: size(4),
      horizon: size(3),
      stride: size(4),
      width: size(3),
      columns: size(2),
    });
    fc.assert(
      fc.property(cases, ({ width, columns, ...options }) => {
        const { steps, length, ahead, horizon, stride } = options;
        const span = length + ahead - 1 + horizon;
        fc.pre(steps >= span);
        // A number says its step and its column.
        const inputs = Float32Array.from({ length: steps * width }, (_, i) => i);
        const targets = Array.from({ length: steps * columns }, (_, i) => -i);
        const made = windows({ inputs, targets }, options);
        const rows = made.targets.length / (horizon * columns);
        expect(made.inputs.length).toBe(rows * length * width);
        let row = 0;
        for (let start = 0; start + span <= steps; start += stride) {
          const seen = made.inputs.subarray(row * length * width, (row + 1) * length * width);
          expect([...seen]).toEqual(Array.from({ length: length * width }, (_, i) => start * width + i));
          const first = (start + length - 1 + ahead) * columns;
          const next = made.targets.subarray(row * horizon * columns, (row + 1) * horizon * columns);
          expect([...next]).toEqual(Array.from({ length: horizon * columns }, (_, i) => -(first + i)));
          row += 1;
        }
        expect(row).toBe(rows);
      }),
    );
  });

  const series = { inputs: [1, 2, 3, 4, 5, 6], targets: [1, 2, 3] };
  it.each([
    ['no steps', { steps: 0, length: 1 }, 'VARDROP_OPTION', /steps: got 0/],
    ['a part of a step', { steps: 3, length: 1.5 }, 'VARDROP_OPTION', /length: got 1\.5/],
    ['no stride', { steps: 3, length: 1, stride: 0 }, 'VARDROP_OPTION', /stride: got 0/],
    [
      'other steps',
      { steps: 4, length: 1 },
      'VARDROP_SHAPE',
      /inputs: got \[1, 2, 3, 4, 5, 6\], needs numbers for each of the 4/,
    ],
    ['a short series', { steps: 3, length: 3 }, 'VARDROP_EMPTY', /got 3 steps, needs at least the 4/],
  ])('%s: refused', (_name, options, code, message) => {
    expect(() => windows(series, options)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});
