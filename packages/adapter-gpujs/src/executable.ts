import { bindInputs, type Executable, type Program, programInputs, type Tensor, VardropError } from '@vardrop/core';
import { checkCardLimits, checkLimits } from './checkLimits.js';
import type { Handles, Pending } from './handles.js';
import type { Runtime } from './loadGpu.js';
import { lowerProgram } from './lowerProgram.js';
import { elements } from './run/elements.js';
import { withHostValues } from './run/hostValues.js';
import { createKernelRunner } from './run/kernelRunner.js';
import { createResidentRunner } from './run/residentRunner.js';
import type { Runner } from './run/runner.js';
import { createSegmentRunner } from './run/segmentRunner.js';
import { type Stored, storeValues } from './stored.js';
import { withoutTransposes } from './withoutTransposes.js';
import { bindStreams, withStreams } from './withStreams.js';

/** What a run leaves, by name of output; each handle to come owns its own. */
interface Finished {
  readonly carried: ReadonlyMap<string, Stored>;
  readonly outputs: readonly ReadonlyMap<string, Stored>[];
}

/**
 * Compiles a program into kernels. Runs follow each other, and their handles stand for results to come. `ended` is called
 * when, after `dispose` and all runs, its kernels are gone.
 */
export function createExecutable(
  runtime: Runtime,
  handles: Handles,
  source: Program,
  ended: () => void = () => undefined,
): Executable {
  const name = `gpujs:${runtime.mode}`;
  checkLimits(name, source);
  const { program, streams } = withStreams(runtime.mode === 'webasm' ? source : withoutTransposes(source));
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
  checkCardLimits(name, runtime, program, lowered);
  const computed = new Set(lowered.kernels.map(({ result }) => result));
  const read = new Set(lowered.kernels.flatMap((kernel) => kernel.inputs));
  const outputValues = new Set(Object.values(program.outputs).map(lowered.valueBehind));
  const constants = new Map([...lowered.constants].map(([id, values]) => [id, storeValues(values)]));
  const runner = createRunner();
  let last: Promise<unknown> = Promise.resolve();
  let disposed = false;

  function createRunner(): Runner | undefined {
    if (lowered.kernels.length === 0) return undefined;
    const given = inputs.map(({ id }) => id).filter((id) => read.has(id));
    const results = [...outputValues].filter((id) => computed.has(id));
    switch (runtime.mode) {
      case 'cpu':
        return withHostValues(createKernelRunner(runtime, who, lowered, given, results));
      case 'webasm':
        return withHostValues(createSegmentRunner(runtime, who, lowered, given, results));
      case 'webgpu':
      case 'webgl2': {
        const sizeOf = (id: number) => elements(program.nodes[id].shape as readonly number[]);
        const from = carriedInputs.map(
          (input) => [input.id, lowered.valueBehind(program.outputs[input.name])] as const,
        );
        return createResidentRunner(runtime, who, lowered, given, results, sizeOf, new Map(from));
      }
    }
  }

  async function compute(
    start: ReadonlyMap<number, Pending>,
    minibatches: readonly ReadonlyMap<number, Pending>[],
  ): Promise<Finished> {
    const values = new Map<number, Stored>(constants);
    for (const { id } of runInputs) values.set(id, await (start.get(id) as Pending));
    const take = (output: string) => (values.get(lowered.valueBehind(program.outputs[output])) as Stored).retain();
    let carried = carriedInputs.map((input) => (values.get(input.id) as Stored).retain());
    const outputs: Map<string, Stored>[] = [];
    try {
      for (const minibatch of minibatches) {
        for (const [id, pending] of minibatch) values.set(id, await pending);
        const made = (await runner?.run(runner.inputs.map((id) => values.get(id) as Stored))) ?? [];
        runner?.results.forEach((id, i) => {
          values.set(id, made[i]);
        });
        outputs.push(new Map(freshNames.map((output) => [output, take(output)])));
        // All are taken before any is replaced: an output may be another carried input.
        const next = carriedInputs.map((input) => take(input.name));
        carriedInputs.forEach(({ id }, i) => {
          values.set(id, next[i]);
        });
        for (const stored of [...carried, ...made]) stored.release();
        carried = next;
      }
    } catch (error) {
      for (const stored of [...carried, ...outputs.flatMap((each) => [...each.values()])]) stored.release();
      throw error;
    }
    return { carried: new Map(carriedInputs.map((input, i) => [input.name, carried[i]])), outputs };
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
      const bound = [
        bindInputs(who, shared, runInputs, handles),
        ...iterations.map((iteration, i) =>
          bindInputs(`${who}, iteration ${i}`, iteration.inputs ?? {}, iterationInputs, handles),
        ),
      ];
      const noise = iterations.map(({ keys }, i) => bindStreams(`${who}, iteration ${i}`, keys, streams));
      // Owned by this run from now on, whatever their handles come to.
      const kept = bound.map((given) => new Map([...given].map(([id, pending]) => [id, keep(pending)])));
      noise.forEach((own, i) => {
        for (const [id, values] of own) kept[i + 1].set(id, Promise.resolve(storeValues(values)));
      });
      const finished = last.then(async () => {
        try {
          return await compute(kept[0], kept.slice(1));
        } finally {
          for (const given of kept) for (const pending of given.values()) letGo(pending);
        }
      });
      // A failure surfaces where a handle is read; one that nobody reads is no unhandled rejection.
      last = finished.catch(() => undefined);
      const hold = (output: string, take: (all: Finished) => Stored): [string, Tensor] => {
        const pending = finished.then(take);
        pending.catch(() => undefined);
        return [output, handles.add(pending, shapeOf(output))];
      };
      return {
        carried: Object.fromEntries(
          [...carriedNames].map((output) => hold(output, ({ carried }) => carried.get(output) as Stored)),
        ),
        outputs: iterations.map((_, i) =>
          Object.fromEntries(
            freshNames.map((output) => hold(output, ({ outputs }) => outputs[i].get(output) as Stored)),
          ),
        ),
      };
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      // After the runs that are still to come; kernels that do not go have nothing to tell anyone.
      void last
        .then(() => runner?.dispose())
        .catch(() => undefined)
        .then(ended);
    },
  };
}

/** Another owner of a tensor that may still be computed. */
function keep(pending: Pending): Pending {
  const kept = pending.then((stored) => stored.retain());
  kept.catch(() => undefined);
  return kept;
}

function letGo(pending: Pending): void {
  void pending.then((stored) => stored.release()).catch(() => undefined);
}
