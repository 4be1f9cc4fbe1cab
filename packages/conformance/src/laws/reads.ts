import type { Backend } from '@vardrop/core';
import type { Executable, Tensor } from '@vardrop/core/backend';
import { type BoundProgram, boundProgram, createBuilder, elementCount } from '@vardrop/core/program';
import fc from 'fast-check';
import { checkOnce, checkProperty } from '../checkProperty.js';
import type { Law, LawContext } from '../law.js';

/** Cases at effort `quick`. */
const runs = 25;

/** Only two sizes, so that freed memory is soon used again. Results of the larger size take longer. */
const shapes = [[3], [2, 1500]] as const;

/** next ← x + 1. x is also an output under a second name, and a sum keeps the device busy. */
function successor(shape: readonly number[]): BoundProgram {
  const b = createBuilder('successor');
  const x = b.input('x', shape, 'carried');
  b.output('x', b.add(x, 1));
  b.output('old', x);
  b.output('sum', b.reduceSum(x));
  return boundProgram(b.build());
}

/** What may happen during reads. `which` selects one of the live tensors. */
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('upload' as const), size: fc.nat(shapes.length - 1) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('run' as const), which: fc.nat() }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('read' as const), which: fc.nat() }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('dispose' as const), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('recompile' as const), size: fc.nat(shapes.length - 1) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), turns: fc.nat(6) }) },
  ),
  { minLength: 4, maxLength: 24 },
);

/** A tensor whose elements are all equal. */
interface Held {
  readonly tensor: Tensor;
  readonly size: number;
  readonly value: number;
}

/** A read in progress, and the result that it must have. */
interface Reading {
  readonly what: string;
  readonly values: Promise<Float32Array>;
  readonly wanted: number;
}

function start(backend: Backend, { tensor, value }: Held, what: string): Reading {
  const values = backend.read(tensor);
  // Checked at the end. Until then a failure must not be an unhandled rejection.
  values.catch(() => undefined);
  return { what: `${what}, a read of [${tensor.shape}]`, values, wanted: value };
}

function same({ what, wanted }: Reading, values: Float32Array): void {
  const wrong = values.findIndex((value) => value !== wanted);
  if (wrong >= 0) throw new Error(`${what} at ${wrong}: got ${values[wrong]}, wanted ${wanted}`);
}

const filled = (value: number, size: number) => new Float32Array(elementCount(shapes[size])).fill(value);

/** Runs the successor of one tensor. Its value in the next one, and under the second name, is exact. */
function advance(executable: Executable, { tensor, size, value }: Held): readonly Held[] {
  const { carried, outputs } = executable.run({ x: tensor }, [{}]);
  return [
    { tensor: carried.x, size, value: value + 1 },
    { tensor: outputs[0].old, size, value },
    { tensor: outputs[0].sum, size: -1, value: value * elementCount(shapes[size]) },
  ];
}

async function checkPending(context: LawContext): Promise<void> {
  const { backend } = context;
  await checkProperty(context, 'pending reads', steps, runs, async (script) => {
    const executables = await Promise.all(shapes.map((shape) => backend.compile(successor(shape))));
    const live: Held[] = [];
    const readings: Reading[] = [];
    let uploads = 0;
    try {
      for (const [i, step] of script.entries()) {
        switch (step.kind) {
          case 'upload': {
            // No two tensors have a value in common, and sums stay whole numbers below 2²⁴.
            const value = 32 * ++uploads;
            const tensor = backend.upload(filled(value, step.size), shapes[step.size]);
            live.push({ tensor, size: step.size, value });
            break;
          }
          case 'run': {
            const runnable = live.filter(({ size }) => size >= 0);
            if (runnable.length === 0) break;
            const chosen = runnable[step.which % runnable.length];
            live.push(...advance(executables[chosen.size], chosen));
            break;
          }
          case 'read':
            if (live.length > 0) readings.push(start(backend, live[step.which % live.length], `step ${i}`));
            break;
          case 'dispose':
            if (live.length > 0) backend.dispose(live.splice(step.which % live.length, 1)[0].tensor);
            break;
          case 'recompile':
            executables[step.size].dispose();
            executables[step.size] = await backend.compile(successor(shapes[step.size]));
            break;
          case 'wait':
            for (let turn = 0; turn < step.turns; turn++) await null;
            break;
        }
      }
      for (const reading of readings) same(reading, await reading.values);
      context.ledger.compare(0, 0);
    } finally {
      for (const { tensor } of live) backend.dispose(tensor);
      for (const executable of executables) executable.dispose();
    }
  });
}

/** A read gives values or an error with a code, and always settles. */
async function settled(reading: Reading): Promise<void> {
  let values: Float32Array;
  try {
    values = await reading.values;
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (typeof code === 'string' && code.startsWith('VARDROP_')) return;
    throw new Error(`${reading.what}: got an error without a code (${error}), wanted the values or a code`);
  }
  same(reading, values);
}

async function checkClosing(context: LawContext, create: () => Promise<Backend>): Promise<void> {
  const { backend } = context;
  for (const turns of [0, 1, 4]) {
    await checkOnce(context, `reads that are pending at the end, after ${turns} turns`, async () => {
      const other = await create();
      const left: Tensor[] = [];
      try {
        const uploaded = shapes.map((shape, size): Held => {
          const value = 32 * (size + 1);
          return { tensor: other.upload(filled(value, size), shape), size, value };
        });
        const executables = await Promise.all(shapes.map((shape) => other.compile(successor(shape))));
        const computed = uploaded.flatMap((held) => advance(executables[held.size], held));
        const readings = [...uploaded, ...computed].map((held) => start(other, held, 'closed'));
        for (let turn = 0; turn < turns; turn++) await null;
        const closing = other.close();
        // Another backend of the same framework may get the memory of the closed one.
        for (const [size, shape] of shapes.entries()) left.push(backend.upload(filled(7, size), shape));
        for (const reading of readings) await settled(reading);
        await closing;
        context.ledger.compare(0, 0);
      } finally {
        for (const tensor of left) backend.dispose(tensor);
        await other.close();
      }
    });
  }
}

/** The result of a read, whatever happens during it. */
export const reads: Law = {
  id: 'reads',
  statement:
    'a read gives the values of its tensor, whatever is disposed of, uploaded, run or compiled before they are there; a backend that is closed leaves no read pending',
  async check(context) {
    await checkPending(context);
    if (context.create) await checkClosing(context, context.create);
  },
};
