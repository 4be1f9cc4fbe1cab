import {
  type BackendLifetime,
  createExecutableOf,
  type Entries,
  type Executable,
  type ProgramInterface,
  pendingEntries,
  programInterface,
  type RunEntries,
} from '@vardrop/core/backend';
import { type BoundProgram, separatePooling, splitInvariant } from '@vardrop/core/program';
import { withoutTransposes } from '../lower/withoutTransposes.js';
import { encodeStreams, withStreams } from '../lower/withStreams.js';
import type { Handles, Pending } from '../memory/handles.js';
import { type Stored, storeValues } from '../memory/stored.js';
import type { Runtime } from '../start/runtime.js';
import { checkLimits } from './checkLimits.js';
import { createStage, type Stage } from './stage.js';

/** The most turns that one cell of a window takes: its own, and in a window of one column those that start and end a row. */
const turnsOfCell = 3;

/**
 * Compiles a program into kernels. Runs follow each other, and their handles stand for results to come. `ended` is called
 * once the kernels are destroyed: after `dispose` and all runs.
 */
export function createExecutable(
  runtime: Runtime,
  lifetime: BackendLifetime,
  handles: Handles,
  source: BoundProgram,
  ended: () => void = () => undefined,
): Executable {
  const name = `gpujs:${runtime.mode}`;
  checkLimits(name, source);
  const separated = separatePooling(source, runtime.mostTurns / turnsOfCell);
  const { program, streams } = withStreams(runtime.mode === 'webasm' ? separated : withoutTransposes(separated));
  const names = programInterface(program);
  const stages = createStages(runtime, `[${name}] run ${program.name}`, program);
  let last: Promise<unknown> = Promise.resolve();

  return createExecutableOf({
    lifetime,
    handles,
    program: source,
    execute(start, iterations) {
      // The run owns what it was given from now on, even if its handles are disposed of.
      const given = retainAll(start);
      const minibatches = iterations.map(({ inputs, keys }) => {
        const streamed = encodeStreams(keys, streams).map(([input, values]) => [input, storeValues(values)] as const);
        return new Map([
          ...retainAll(inputs),
          ...streamed.map(([input, stored]) => [input, Promise.resolve(stored)] as const),
        ]);
      });
      const finished = last
        .then(() => runStages(stages, names, given, minibatches))
        .finally(() => [given, ...minibatches].forEach(releaseAll));
      // A failure is reported where a handle is read. Without readers it must not become an unhandled rejection.
      last = finished.catch(() => undefined);
      return pendingEntries(names, iterations.length, finished);
    },
    dispose() {
      // After the runs that were asked for. If kernels cannot be destroyed, there is no one to report it to.
      void last
        .then(() => Promise.all([stages.each.dispose(), stages.once?.dispose()]))
        .catch(() => undefined)
        .then(ended);
    },
  });
}

/** The stages of a program. */
interface Stages {
  /** What is the same in all iterations of a run, if it is worth a stage of its own. */
  readonly once?: Stage;
  /** What each iteration computes. */
  readonly each: Stage;
}

function createStages(runtime: Runtime, who: string, program: BoundProgram): Stages {
  const split = splitInvariant(program);
  const once = split.once && createStage(runtime, who, split.once);
  const layouts = new Map(
    Object.keys(split.once?.outputs ?? {}).flatMap((output) => {
      const layout = once?.layoutOf(output);
      return layout ? [[output, layout] as const] : [];
    }),
  );
  return { once, each: createStage(runtime, who, split.each, layouts) };
}

/** Computes all iterations of a run. The caller owns the results. */
async function runStages(
  { once, each }: Stages,
  { carriedInputs, freshOutputs }: ProgramInterface,
  start: Entries<Pending>,
  minibatches: readonly Entries<Pending>[],
): Promise<RunEntries<Stored>> {
  const carriedNames = carriedInputs.map(({ name }) => name);
  const values = new Map<string, Stored>();
  for (const [input, pending] of start) values.set(input, await pending);
  const shared = once && minibatches.length > 0 ? await once.run(values) : new Map<string, Stored>();
  for (const [output, stored] of shared) values.set(output, stored);
  let carried = carriedNames.map((input) => (values.get(input) as Stored).retain());
  const outputs: Map<string, Stored>[] = [];
  try {
    for (const minibatch of minibatches) {
      for (const [input, pending] of minibatch) values.set(input, await pending);
      const made = await each.run(values);
      outputs.push(new Map(freshOutputs.map((output) => [output, made.get(output) as Stored])));
      const next = carriedNames.map((input) => made.get(input) as Stored);
      carriedNames.forEach((input, i) => {
        values.set(input, next[i]);
      });
      for (const stored of carried) stored.release();
      carried = next;
    }
  } catch (error) {
    for (const stored of [...carried, ...outputs.flatMap((fresh) => [...fresh.values()])]) stored.release();
    throw error;
  } finally {
    for (const stored of shared.values()) stored.release();
  }
  return { carried: new Map(carriedNames.map((input, i) => [input, carried[i]])), outputs };
}

/** Adds an owner to tensors that may still be computed. */
function retainAll(entries: Entries<Pending>): Map<string, Pending> {
  return new Map(
    [...entries].map(([name, pending]) => {
      const retained = pending.then((stored) => stored.retain());
      retained.catch(() => undefined);
      return [name, retained];
    }),
  );
}

/** Removes this owner. */
function releaseAll(entries: Entries<Pending>): void {
  for (const pending of entries.values()) void pending.then((stored) => stored.release()).catch(() => undefined);
}
