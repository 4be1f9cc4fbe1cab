import { VardropError } from '@vardrop/core';
import { bindInputs, type Executable, programInputs, type Queue, type Tensor } from '@vardrop/core/backend';
import { type Program, splitInvariant } from '@vardrop/core/program';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import type { Handles, Pending } from './handles.js';
import type { Runtime } from './loadRuntime.js';
import { createProgramSession, type ProgramSession } from './model/session.js';
import type { Shares } from './shares.js';

/** What a run leaves, by names of outputs. */
interface Finished {
  /** What the run holds. */
  readonly made: ReadonlySet<OrtTensor>;
  readonly carried: ReadonlyMap<string, OrtTensor>;
  readonly outputs: readonly ReadonlyMap<string, OrtTensor>[];
}

/**
 * Compiles a program: one model for what each iteration does, and one for what is the same in all of them, if that is
 * much. Runs go through the queue, and their handles stand for results to come.
 */
export async function createExecutable(
  runtime: Runtime,
  handles: Handles,
  shares: Shares,
  queue: Queue,
  program: Program,
): Promise<Executable> {
  const who = `[onnx:${runtime.device}] run ${program.name}`;
  const inputs = programInputs(program);
  const carriedInputs = inputs.filter(({ role }) => role === 'carried');
  const iterationInputs = inputs.filter(({ role }) => role === 'iteration');
  const runInputs = inputs.filter(({ role }) => role !== 'iteration');
  const carriedNames = new Set(carriedInputs.map(({ name }) => name));
  const freshNames = Object.keys(program.outputs).filter((name) => !carriedNames.has(name));
  const shapeOf = (output: string) => program.nodes[program.outputs[output]].shape as readonly number[];
  const split = splitInvariant(program);
  const each = await createProgramSession(runtime, split.each);
  const once = split.once && (await createProgramSession(runtime, split.once));
  let disposed = false;

  async function compute(
    start: ReadonlyMap<number, Pending>,
    minibatches: readonly ReadonlyMap<number, Pending>[],
  ): Promise<Finished> {
    const values = new Map<string, OrtTensor>();
    const made = new Set<OrtTensor>();
    const runSession = async (session: ProgramSession) => {
      const results = await session.run(values);
      for (const tensor of results.values()) made.add(shares.hold(tensor));
      return results;
    };
    const letGo = (tensor: OrtTensor) => {
      if (made.delete(tensor)) shares.letGo(tensor);
    };
    try {
      for (const { name, id } of runInputs) values.set(name, await (start.get(id) as Pending));
      if (once && minibatches.length > 0) {
        for (const [name, tensor] of await runSession(once)) values.set(name, tensor);
      }
      const outputs: Map<string, OrtTensor>[] = [];
      for (const minibatch of minibatches) {
        for (const { name, id } of iterationInputs) values.set(name, await (minibatch.get(id) as Pending));
        const results = await runSession(each);
        for (const name of carriedNames) {
          letGo(values.get(name) as OrtTensor);
          values.set(name, results.get(name) as OrtTensor);
        }
        outputs.push(new Map(freshNames.map((name) => [name, results.get(name) as OrtTensor])));
      }
      return {
        carried: new Map([...carriedNames].map((name) => [name, values.get(name) as OrtTensor])),
        outputs,
        made,
      };
    } catch (error) {
      for (const tensor of made) shares.letGo(tensor);
      throw error;
    }
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
      const minibatches = iterations.map((iteration, i) =>
        bindInputs(`${who}, iteration ${i}`, iteration.inputs ?? {}, iterationInputs, handles),
      );
      const used = [start, ...minibatches].flatMap((bound) => [...bound.values()]);
      used.forEach(shares.holdPending);
      const finished = queue.add(() => compute(start, minibatches));
      const hold = (name: string, take: (all: Finished) => OrtTensor): [string, Tensor] => {
        const pending = finished.then((all) => shares.hold(take(all)));
        // A failure surfaces where a handle is read; one that nobody reads is no unhandled rejection.
        pending.catch(() => undefined);
        return [name, handles.add(pending, shapeOf(name))];
      };
      const result = {
        carried: Object.fromEntries(
          [...carriedNames].map((name) => hold(name, ({ carried }) => carried.get(name) as OrtTensor)),
        ),
        outputs: iterations.map((_, i) =>
          Object.fromEntries(freshNames.map((name) => hold(name, ({ outputs }) => outputs[i].get(name) as OrtTensor))),
        ),
      };
      // The handles hold what they stand for by then.
      finished
        .then(({ made }) => made.forEach(shares.letGo))
        .catch(() => undefined)
        .finally(() => used.forEach(shares.letGoPending));
      return result;
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      // After the runs that are still to come; a session that does not close has nothing to tell anyone.
      void queue.add(() => Promise.all([each.release(), once?.release()])).catch(() => undefined);
    },
  };
}
