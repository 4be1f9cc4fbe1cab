import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Backend } from '../../src/backend/contract.js';
import { adam } from '../../src/optimizers/index.js';
import { key, normal } from '../../src/random/index.js';
import { createTrainer, initialState, type Minibatch, type Trainer } from '../../src/training/index.js';
import { bitsOf, float32Backend, smallModel } from './helpers.js';

const model = smallModel();
const optimizer = adam({ learningRate: 0.05 });
const scales = { learningRateFactor: 1, klScale: 0.01 };

/** A backend whose reads take some turns of the event loop, as those of a worker or a graphics card do. */
function slowBackend(): Backend {
  const inner = float32Backend();
  let reads = 0;
  return {
    ...inner,
    async read(tensor) {
      const values = await inner.read(tensor);
      for (let turn = reads++ % 3; turn > 0; turn--) await new Promise((resolve) => setTimeout(resolve, 0));
      return values;
    },
  };
}

function minibatch(rows: number, seed: number): Minibatch {
  const y = new Float32Array(2 * rows);
  for (let row = 0; row < rows; row++) y[2 * row + ((row + seed) % 2)] = 1;
  return { rows, inputs: { x: normal(key(seed), 2 * rows) }, targets: { output: y } };
}

type Call = { readonly kind: 'run'; readonly rows: number } | { readonly kind: 'state' } | { readonly kind: 'retreat' };

const calls = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('run' as const), rows: fc.integer({ min: 1, max: 4 }) }) },
    fc.record({ kind: fc.constantFrom('state' as const, 'retreat' as const) }),
  ),
  { minLength: 2, maxLength: 7 },
);

/** What a call comes to, for comparing. */
async function carryOut(trainer: Trainer, call: Call, seed: number): Promise<unknown> {
  if (call.kind === 'state') return bitsOf(await trainer.state());
  if (call.kind === 'retreat') return trainer.retreat();
  const given = minibatch(call.rows, seed);
  const result = trainer.run(given, scales);
  // The arrays are the caller's again.
  given.inputs.x.fill(Number.NaN);
  given.targets.output.fill(Number.NaN);
  return result;
}

function start() {
  const backend = slowBackend();
  return {
    backend,
    trainer: createTrainer(model, {
      backend,
      optimizer,
      state: initialState(model, optimizer, 3),
    }),
  };
}

describe('calls of a trainer that overlap', () => {
  it('come to what they do one at a time, and leave nothing', async () => {
    await fc.assert(
      fc.asyncProperty(calls, async (sequence) => {
        const [alone, together] = [start(), start()];
        const expected: unknown[] = [];
        for (const [i, call] of sequence.entries()) expected.push(await carryOut(alone.trainer, call, i));
        const actual = await Promise.all(sequence.map((call, i) => carryOut(together.trainer, call, i)));
        expect(actual).toEqual(expected);
        expect(together.trainer.step).toBe(alone.trainer.step);
        expect(bitsOf(await together.trainer.state())).toEqual(bitsOf(await alone.trainer.state()));
        for (const { backend, trainer } of [alone, together]) {
          trainer.dispose();
          expect(backend.liveTensors()).toBe(0);
        }
      }),
      { numRuns: 8 },
    );
  });

  it('end with dispose: the one in progress is finished, those that wait and those that follow are refused', async () => {
    await fc.assert(
      fc.asyncProperty(calls, fc.nat({ max: 12 }), async (sequence, turns) => {
        const { backend, trainer } = start();
        const settled = sequence.map(() => 'pending');
        const all = sequence.map((call, i) =>
          carryOut(trainer, call, i).then(
            () => {
              settled[i] = 'done';
            },
            (error) => {
              settled[i] = error.code;
            },
          ),
        );
        for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
        const before = [...settled];
        trainer.dispose();
        trainer.dispose();
        await Promise.all(all);
        const done = before.filter((word) => word === 'done').length;
        const finished = settled.filter((word) => word === 'done').length;
        expect([0, 1]).toContain(finished - done);
        expect(settled).toEqual(sequence.map((_, i) => (i < finished ? 'done' : 'VARDROP_DISPOSED')));
        await expect(trainer.state()).rejects.toMatchObject({ code: 'VARDROP_DISPOSED' });
        await expect(trainer.retreat()).rejects.toMatchObject({ code: 'VARDROP_DISPOSED' });
        await expect(trainer.run(minibatch(2, 0), scales)).rejects.toMatchObject({ code: 'VARDROP_DISPOSED' });
        expect(backend.liveTensors()).toBe(0);
      }),
      { numRuns: 8 },
    );
  });

  it('go on after one that failed, from the last good state', async () => {
    const { backend, trainer } = start();
    const runs = [1, 1e39, 1, 1].map((factor, i) =>
      trainer.run(minibatch(3, i), { ...scales, learningRateFactor: factor }).then(
        () => 'done',
        (error) => error.code,
      ),
    );
    // The second step spoils the parameters, the third sees it and goes back to before the second.
    expect(await Promise.all(runs)).toEqual(['done', 'done', 'VARDROP_NON_FINITE_LOSS', 'done']);
    expect(trainer.step).toBe(2);
    trainer.dispose();
    expect(backend.liveTensors()).toBe(0);
  });
});
