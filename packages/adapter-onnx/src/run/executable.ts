import {
  type BackendLifetime,
  createExecutableOf,
  type Entries,
  type Executable,
  pendingEntries,
  programInterface,
  type Queue,
  type RunEntries,
} from '@vardrop/core/backend';
import { type BoundProgram, splitInvariant } from '@vardrop/core/program';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import type { Handles } from '../memory/handles.js';
import type { Pending, Shares } from '../memory/shares.js';
import type { Runtime } from './runtime.js';
import { createProgramSession, type ProgramSession } from './session.js';
import { createStepSession } from './stepSession.js';

/** The results of a run. */
interface Finished extends RunEntries<OrtTensor> {
  /** Tensors that the run holds. */
  readonly made: ReadonlySet<OrtTensor>;
}

/**
 * Compiles a program: one model for what each iteration computes, and one for what is the same in all of them, if it is
 * worth that. Runs go through the queue, and their handles stand for results to come.
 */
export async function createExecutable(
  runtime: Runtime,
  lifetime: BackendLifetime,
  handles: Handles,
  shares: Shares,
  queue: Queue,
  program: BoundProgram,
): Promise<Executable> {
  const names = programInterface(program);
  const { runInputs, iterationInputs, carriedInputs, freshOutputs } = names;
  const carriedNames = carriedInputs.map(({ name }) => name);
  const split = splitInvariant(program);
  const each = await createStepSession(runtime, split.each);
  const once = split.once && (await createProgramSession(runtime, split.once));

  async function compute(start: Entries<Pending>, minibatches: readonly Entries<Pending>[]): Promise<Finished> {
    const values = new Map<string, OrtTensor>();
    const made = new Set<OrtTensor>();
    const runSession = async (session: ProgramSession) => {
      const results = await session.run(values);
      for (const tensor of results.values()) made.add(shares.hold(tensor));
      return results;
    };
    const releaseMade = (tensor: OrtTensor) => {
      if (made.delete(tensor)) shares.release(tensor);
    };
    try {
      for (const { name } of runInputs) values.set(name, await (start.get(name) as Pending));
      if (once && minibatches.length > 0) {
        for (const [name, tensor] of await runSession(once)) values.set(name, tensor);
      }
      const outputs: Map<string, OrtTensor>[] = [];
      for (const minibatch of minibatches) {
        for (const { name } of iterationInputs) values.set(name, await (minibatch.get(name) as Pending));
        const results = await runSession(each);
        for (const name of carriedNames) {
          releaseMade(values.get(name) as OrtTensor);
          values.set(name, results.get(name) as OrtTensor);
        }
        outputs.push(new Map(freshOutputs.map((name) => [name, results.get(name) as OrtTensor])));
      }
      return {
        carried: new Map(carriedNames.map((name) => [name, values.get(name) as OrtTensor])),
        outputs,
        made,
      };
    } catch (error) {
      for (const tensor of made) shares.release(tensor);
      throw error;
    }
  }

  return createExecutableOf({
    lifetime,
    handles,
    program,
    execute(start, iterations) {
      const minibatches = iterations.map(({ inputs }) => inputs);
      const used = [start, ...minibatches].flatMap((bound) => [...bound.values()]);
      used.forEach(shares.holdPending);
      const finished = queue.add(() => compute(start, minibatches));
      const entries = pendingEntries(names, iterations.length, finished, shares.hold);
      // By then the handles hold their tensors.
      finished
        .then(({ made }) => made.forEach(shares.release))
        .catch(() => undefined)
        .finally(() => used.forEach(shares.releasePending));
      return entries;
    },
    dispose() {
      // After the runs that were asked for. If a session cannot be closed, there is no one to report it to.
      void queue.add(() => Promise.all([each.release(), once?.release()])).catch(() => undefined);
    },
  });
}
