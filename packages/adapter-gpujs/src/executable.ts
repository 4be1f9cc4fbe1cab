import { bindInputs, type Executable, type Program, programInputs, type Tensor, VardropError } from '@vardrop/core';
import { checkLimits } from './checkLimits.js';
import type { Handles, Pending } from './handles.js';
import type { Runtime } from './loadGpu.js';
import { lowerProgram } from './lowerProgram.js';
import { createKernelRunner } from './run/kernelRunner.js';
import { createSegmentRunner } from './run/segmentRunner.js';
import { withoutTransposes } from './withoutTransposes.js';
import { bindStreams, withStreams } from './withStreams.js';

/** What a run leaves: arrays by name of output. */
interface Finished {
  readonly carried: ReadonlyMap<string, Float32Array>;
  readonly outputs: readonly ReadonlyMap<string, Float32Array>[];
}

/** Compiles a program into kernels. Runs follow each other, and their handles stand for results to come. */
export function createExecutable(runtime: Runtime, handles: Handles, source: Program): Executable {
  const name = `gpujs:${runtime.mode}`;
  checkLimits(name, source);
  const { program, streams } = withStreams(withoutTransposes(source));
  const who = `[${name}] run ${program.name}`;
  const inputs = programInputs(program);
  const carriedInputs = inputs.filter(({ role }) => role === 'carried');
  const streamInputs = new Set(streams.map(({ id }) => id));
  const iterationInputs = inputs.filter(({ id, role }) => role === 'iteration' && !streamInputs.has(id));
  const runInputs = inputs.filter(({ role }) => role !== 'iteration');
  const carriedNames = new Set(carriedInputs.map((input) => input.name));
  const freshNames = Object.keys(program.outputs).filter((output) => !carriedNames.has(output));
  const shapeOf = (output: string) => program.nodes[program.outputs[output]].shape as readonly number[];

  const lowered = lowerProgram(program, runtime.mode);
  const computed = new Set(lowered.kernels.map(({ result }) => result));
  const read = new Set(lowered.kernels.flatMap((kernel) => kernel.inputs));
  const outputValues = new Set(Object.values(program.outputs).map(lowered.valueBehind));
  const createRunner = runtime.mode === 'cpu' ? createKernelRunner : createSegmentRunner;
  const runner =
    lowered.kernels.length > 0
      ? createRunner(
          runtime,
          who,
          lowered,
          inputs.map(({ id }) => id).filter((id) => read.has(id)),
          [...outputValues].filter((id) => computed.has(id)),
        )
      : undefined;
  let last: Promise<unknown> = Promise.resolve();
  let disposed = false;

  async function compute(
    start: ReadonlyMap<number, Pending>,
    minibatches: readonly ReadonlyMap<number, Pending>[],
  ): Promise<Finished> {
    const values = new Map<number, Float32Array>(lowered.constants);
    for (const { id } of runInputs) values.set(id, await (start.get(id) as Pending));
    const outputs: Map<string, Float32Array>[] = [];
    const take = (output: string) => values.get(lowered.valueBehind(program.outputs[output])) as Float32Array;
    for (const minibatch of minibatches) {
      for (const [id, value] of minibatch) values.set(id, await value);
      const made = await runner?.run(runner.inputs.map((id) => values.get(id) as Float32Array));
      runner?.results.forEach((id, i) => {
        values.set(id, (made as readonly Float32Array[])[i]);
      });
      outputs.push(new Map(freshNames.map((output) => [output, take(output)])));
      // All are taken before any is replaced: an output may be another carried input.
      const next = carriedInputs.map((input) => [input.id, take(input.name)] as const);
      for (const [id, value] of next) values.set(id, value);
    }
    return {
      carried: new Map(carriedInputs.map((input) => [input.name, values.get(input.id) as Float32Array])),
      outputs,
    };
  }

  return {
    run(shared, iterations) {
      if (disposed) {
        throw new VardropError(
          'VARDROP_DISPOSED',
          `${who}: got a disposed executable, needs a live one. Compile the program again.`,
        );
      }
      // Everything is checked before anything is computed.
      const start = bindInputs(who, shared, runInputs, handles);
      const minibatches = iterations.map((iteration, i) => {
        const where = `${who}, iteration ${i}`;
        const values = bindInputs(where, iteration.inputs ?? {}, iterationInputs, handles);
        for (const [id, stream] of bindStreams(where, iteration.keys, streams)) values.set(id, Promise.resolve(stream));
        return values;
      });
      const finished = last.then(() => compute(start, minibatches));
      // A failure surfaces where a handle is read; one that nobody reads is no unhandled rejection.
      last = finished.catch(() => undefined);
      const hold = (output: string, take: (all: Finished) => Float32Array): [string, Tensor] => {
        const pending = finished.then(take);
        pending.catch(() => undefined);
        return [output, handles.add(pending, shapeOf(output))];
      };
      return {
        carried: Object.fromEntries(
          [...carriedNames].map((output) => hold(output, ({ carried }) => carried.get(output) as Float32Array)),
        ),
        outputs: iterations.map((_, i) =>
          Object.fromEntries(
            freshNames.map((output) => hold(output, ({ outputs }) => outputs[i].get(output) as Float32Array)),
          ),
        ),
      };
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      // After the runs that are still to come; kernels that do not go have nothing to tell anyone.
      void last.then(() => runner?.dispose()).catch(() => undefined);
    },
  };
}
