import { boundProgram, createBuilder, elementCount } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { programKernels } from '../src/index.js';
import { randomNumbers } from './randomNumbers.js';
import { runKernel } from './runKernel.js';

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });

const cases = fc.record({
  distribution: fc.constantFrom('uniform' as const, 'normal' as const),
  rows: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(1023, 1025, 1030, 2049)),
  units: fc.oneof(fc.constant([]), fc.tuple(fc.integer({ min: 1, max: 40 })), fc.constant([3, 5])),
  key: fc.tuple(word, word),
  // Indices of noise pass 2³² in some of these.
  row: fc.oneof(fc.constant(undefined), fc.nat(100), fc.integer({ min: 2 ** 32 - 3000, max: 2 ** 32 })),
  seed: fc.nat(),
});

describe('noise', () => {
  it("is that of core's generator bit for bit, in any order of its tasks", () => {
    fc.assert(
      fc.property(cases, ({ distribution, rows, units, key, row, seed }) => {
        const shape = [rows, ...units];
        const b = createBuilder('noise');
        b.output('noise', b.noise(distribution, 'key', shape));
        const [{ kernel, noise }] = programKernels(boundProgram(b.build()));
        if (kernel === undefined || noise === undefined) throw new Error('no kernel');
        expect(noise.key).toBe('key');
        const words = Uint32Array.from(noise.words({ words: key, ...(row === undefined ? {} : { row }) }));
        const [made] = runKernel(kernel, [new Float32Array(words.buffer)], randomNumbers(seed));
        const wanted = new Float32Array(elementCount(shape));
        random.createJavaScriptGenerator()[distribution](key, wanted, (row ?? 0) * elementCount(units));
        expect(made.findIndex((value, i) => !Object.is(value, wanted[i]))).toBe(-1);
      }),
      { numRuns: 60 },
    );
  });
});
