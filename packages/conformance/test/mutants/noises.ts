import { createReferenceBackend } from '@vardrop/core/reference';
import { executing, generate, type Mutant, noisy } from './mutant.js';

const noise = (defect: string, law: string, create: Mutant['create'], property?: string): Mutant => ({
  subject: 'noise',
  defect,
  law,
  properties: property === undefined ? undefined : [property],
  create,
});

/** Normal noise changed after it was made. */
const changed = (change: (out: Float32Array) => void, only: 'normal' | 'uniform' = 'normal') =>
  noisy((distribution, words, out, offset) => {
    const values = new Float32Array(out.length);
    generate(distribution, words, values, offset);
    if (distribution === only) change(values);
    out.set(values);
  });

/** Noise that is biased, correlated, or the same where it should not be. */
export const noiseMutants: readonly Mutant[] = [
  noise(
    'one key for all layers',
    'noise',
    noisy((distribution, _, out, offset) => generate(distribution, [0, 1], out, offset)),
  ),
  noise(
    'second word of the key ignored',
    'noise',
    noisy((distribution, [first], out, offset) => generate(distribution, [first, 0], out, offset)),
    'iterations',
  ),
  noise(
    'every batch starts anew',
    'noise',
    noisy((distribution, words, out) => generate(distribution, words, out, 0)),
    'batches',
  ),
  noise(
    'row index in 32 bits',
    'noise',
    noisy((distribution, words, out, offset) => generate(distribution, words, out, offset % 2 ** 32)),
    'batches',
  ),
  noise(
    'off by one element',
    'noise',
    noisy((distribution, words, out, offset) => generate(distribution, words, out, offset + 1)),
  ),
  noise(
    'reused from step to step',
    'noise',
    () => {
      let first: readonly [number, number] | undefined;
      return createReferenceBackend({
        noise: (distribution, words, out, offset) => {
          first ??= words;
          generate(distribution, first, out, offset);
        },
      });
    },
    'iterations',
  ),
  noise(
    'another generator',
    'noise',
    noisy((_, words, out) => {
      let state = words[0] ^ words[1];
      for (let i = 0; i < out.length; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        out[i] = state / 2 ** 32;
      }
    }),
  ),
  noise(
    'uniforms of 8 bits',
    'noise',
    changed(
      (out) =>
        out.forEach((u, i) => {
          out[i] = Math.floor(u * 256) / 256;
        }),
      'uniform',
    ),
  ),
  noise(
    'uniforms in (0, 1]',
    'noise',
    changed(
      (out) =>
        out.forEach((u, i) => {
          out[i] = 1 - u;
        }),
      'uniform',
    ),
  ),
  noise(
    'normals cut off at 2',
    'noise',
    changed((out) =>
      out.forEach((x, i) => {
        out[i] = Math.min(Math.max(x, -2), 2);
      }),
    ),
    'distribution and independence, normal',
  ),
  noise(
    'normals squashed',
    'noise',
    changed((out) =>
      out.forEach((x, i) => {
        out[i] = Math.sqrt(3) * Math.tanh(0.8 * x);
      }),
    ),
    'distribution and independence, normal',
  ),
  noise(
    'neighbours share a part',
    'noise',
    changed((out) => {
      for (let i = out.length - 1; i > 0; i--)
        out[i] = Math.fround(0.15 * out[i - 1] + Math.sqrt(1 - 0.15 ** 2) * out[i]);
    }),
    'distribution and independence, normal',
  ),
  noise(
    'variance 15 % too large',
    'local-reparametrization',
    changed((out) =>
      out.forEach((x, i) => {
        out[i] = x * Math.sqrt(1.15);
      }),
    ),
  ),
  noise(
    'mean of 0.1',
    'local-reparametrization',
    changed((out) =>
      out.forEach((x, i) => {
        out[i] = x + 0.1;
      }),
    ),
  ),
  noise(
    'outputs share a part',
    'local-reparametrization',
    changed((out) => {
      for (let i = 1; i < out.length; i += 2) out[i] = Math.fround(0.2 * out[i - 1] + Math.sqrt(1 - 0.2 ** 2) * out[i]);
    }),
    'sparse variational, local',
  ),
  noise(
    'variance 20 % too small',
    'gradient-variance',
    changed((out) =>
      out.forEach((x, i) => {
        out[i] = x * Math.sqrt(0.8);
      }),
    ),
  ),
  noise(
    'the largest uniform number is rounded to 1',
    'noise',
    changed((out) => {
      out.forEach((value, i) => {
        if (value >= 1 - 2 ** -22) out[i] = 1;
      });
    }, 'uniform'),
    'the end 0.9999998807907104 of uniform noise',
  ),
  noise(
    'the smallest uniform number is kept away from 0',
    'noise',
    changed((out) => {
      out.forEach((value, i) => {
        if (value === 0) out[i] = 2 ** -23;
      });
    }, 'uniform'),
    'the end 0 of uniform noise',
  ),
  noise(
    'the stream repeats after 64 runs of an executable',
    'noise',
    executing((executable) => {
      const given: Parameters<typeof executable.run>[1][] = [];
      return {
        run(shared, iterations) {
          given.push(iterations);
          return executable.run(shared, given[(given.length - 1) % 64]);
        },
      };
    }),
    '100 runs, uniform',
  ),
];
