import { compileProgram } from '@vardrop/core/backend';
import { createBuilder, elementCount, type Program } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import fc from 'fast-check';
import { checkOnce, checkProperty } from '../checkProperty.js';
import { noiseVectors } from '../data/noiseVectors.js';
import { unitsApart } from '../float32.js';
import type { Law, LawContext } from '../law.js';
import { run } from '../run.js';
import { checkStreams } from './noiseStreams.js';

/** Cases at effort `quick`. */
const runs = 40;

/** Units in the last place by which normals may differ from JAX's. */
const normalUnits = 4;

/** Beyond this |x|, `1 − u²` is small, and contraction to fused multiply-adds changes the last digits. */
const tail = 5;

/** The same in the far tail. */
const tailUnits = 128;

type Distribution = 'uniform' | 'normal';

/** A program whose outputs are noise of the key `noise`: the noise itself, and an operation that reads it. */
function noiseProgram(distribution: Distribution, units: readonly number[]): Program {
  const b = createBuilder('noise');
  const noise = b.noise(distribution, 'noise', ['batch', ...units]);
  b.output('noise', noise);
  b.output('negative', b.neg(noise));
  return b.build();
}

/** The host's noise. Core's tests compare it with its definition. */
function hostNoise(distribution: Distribution, words: random.Key, length: number, offset: number): Float32Array {
  const values = new Float32Array(length);
  random.hostGenerator()[distribution](words, values, offset);
  return values;
}

/** Throws at the first number that differs by more than the limit. Returns the largest distance in units. */
function compare(distribution: Distribution, actual: Float32Array, expected: ArrayLike<number>): number {
  let most = 0;
  if (actual.length !== expected.length) throw new Error(`got ${actual.length} values, wanted ${expected.length}`);
  actual.forEach((value, i) => {
    const allowed = distribution === 'uniform' ? 0 : Math.abs(expected[i]) > tail ? tailUnits : normalUnits;
    const apart = unitsApart(value, expected[i]);
    if (!(apart <= allowed)) {
      throw new Error(
        `${distribution} noise at ${i}: got ${value}, wanted ${expected[i]}, ${apart} units in the last place apart, where ${allowed} may be`,
      );
    }
    most = Math.max(most, apart);
  });
  return most;
}

/** A run of rows, and where it is cut into batches. */
const cuts = fc.record({
  distribution: fc.constantFrom<Distribution>('uniform', 'normal'),
  words: fc.tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0, max: 0xffffffff })),
  row: fc.oneof(fc.nat(100), fc.integer({ min: 2 ** 31, max: 2 ** 33 })),
  units: fc.oneof(fc.constant<number[]>([]), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 })),
  batches: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }),
});

/** Elements of the stream of seed 0 at which uniform noise is largest and smallest: 1 − 2⁻²³ and 0. */
const ends = [
  { row: 1446823, uniform: 1 - 2 ** -23 },
  { row: 4276093, uniform: 0 },
] as const;

/** The ends of uniform noise, which is never 1, and of normal noise, which is finite. */
async function checkEnds(context: LawContext): Promise<void> {
  const { backend, ledger } = context;
  for (const { row, uniform } of ends) {
    await checkOnce(context, `the end ${uniform} of uniform noise`, async () => {
      for (const distribution of ['uniform', 'normal'] as const) {
        const words = random.key(0);
        const [{ noise: values }] = await run(
          backend,
          noiseProgram(distribution, []),
          {},
          [{ keys: { noise: { words, row } } }],
          1,
        );
        const [wanted] = distribution === 'uniform' ? [uniform] : hostNoise(distribution, words, 1, row);
        const apart = compare(distribution, values, [wanted]);
        ledger.compare(apart, distribution === 'uniform' ? 0 : tailUnits);
        if (!Number.isFinite(values[0]))
          throw new Error(`${distribution} noise at ${row}: got ${values[0]}, wanted a finite number`);
      }
    });
  }
}

/** Runs of one executable, and the batch of each. */
const many = { runs: 100, batch: 5 } as const;

/** One executable runs many times with fresh keys. */
async function checkMany(context: LawContext): Promise<void> {
  const { backend, ledger, seed } = context;
  for (const distribution of ['uniform', 'normal'] as const) {
    await checkOnce(context, `${many.runs} runs, ${distribution}`, async () => {
      const compiled = await compileProgram(backend, noiseProgram(distribution, [2]), { batch: many.batch });
      try {
        for (let i = 0; i < many.runs; i++) {
          const words = random.foldIn(random.key(seed), i);
          const { outputs } = compiled.run({}, [{ keys: { noise: { words } } }]);
          try {
            const wanted = hostNoise(distribution, words, 2 * many.batch, 0);
            const apart = compare(distribution, await backend.read(outputs[0].noise), wanted);
            ledger.compare(apart, distribution === 'uniform' ? 0 : tailUnits);
          } catch (error) {
            throw new Error(`run ${i + 1}: ${error instanceof Error ? error.message : error}`);
          } finally {
            for (const tensor of Object.values(outputs[0])) backend.dispose(tensor);
          }
        }
      } finally {
        compiled.dispose();
      }
    });
  }
}

/** Streams equal those of JAX, however the data is cut. */
export const noise: Law = {
  id: 'noise',
  statement:
    'uniform noise is that of JAX bit for bit, normal noise within 4 units, however rows are cut into batches; streams are independent, the same forward and backward, and a step has its own whatever ran before',
  async check(context) {
    const { backend, ledger } = context;
    for (const vector of noiseVectors) {
      for (const distribution of ['uniform', 'normal'] as const) {
        await checkOnce(context, `${distribution} of seed ${vector.seed} at ${vector.offset}`, async () => {
          const expected = vector[distribution];
          const keys = { noise: { words: random.key(vector.seed), row: vector.offset } };
          const program = noiseProgram(distribution, []);
          const [{ noise: actual, negative }] = await run(backend, program, {}, [{ keys }], expected.length);
          ledger.compare(compare(distribution, actual, expected), distribution === 'normal' ? normalUnits : 0);
          compare(
            distribution,
            negative.map((value) => -value),
            actual,
          );
        });
      }
    }
    await checkProperty(context, 'batches', cuts, runs, async ({ distribution, words, row, units, batches }) => {
      const program = noiseProgram(distribution, units);
      const size = elementCount(units);
      const rows = batches.reduce((sum, n) => sum + n, 0);
      const keyed = (first: number) => ({ keys: { noise: { words, row: first } } });
      const [whole] = await run(backend, program, {}, [keyed(row)], rows);
      compare(distribution, whole.noise, hostNoise(distribution, words, rows * size, row * size));
      let first = 0;
      for (const batch of batches) {
        const [part] = await run(backend, program, {}, [keyed(row + first)], batch);
        const wanted = whole.noise.slice(first * size, (first + batch) * size);
        const wrong = wanted.findIndex((value, i) => !Object.is(part.noise[i], value));
        if (wrong >= 0) {
          throw new Error(
            `rows ${row + first} to ${row + first + batch - 1} alone, at ${wrong}: got ${part.noise[wrong]}, wanted ${wanted[wrong]} as in one batch`,
          );
        }
        ledger.compare(0, 0);
        first += batch;
      }
    });
    await checkProperty(context, 'iterations', cuts, runs, async ({ distribution, words, units, batches }) => {
      // One run has several iterations, each with its own key. The last one has the key of the first.
      const program = noiseProgram(distribution, units);
      const [batch] = batches;
      const size = elementCount(units);
      const streams = batches.map((_, i) => random.foldIn(words, i));
      const results = await run(
        backend,
        program,
        {},
        [...streams, streams[0]].map((each) => ({ keys: { noise: { words: each } } })),
        batch,
      );
      results.forEach((result, i) => {
        const stream = streams[i] ?? streams[0];
        const apart = compare(distribution, result.noise, hostNoise(distribution, stream, batch * size, 0));
        ledger.compare(apart, distribution === 'normal' ? normalUnits : 0);
      });
    });
    await checkEnds(context);
    await checkMany(context);
    await checkStreams(context);
  },
};
