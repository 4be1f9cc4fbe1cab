import {
  type BackendLifetime,
  createExecutableOf,
  type Entries,
  type Executable,
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
import { createStage } from './stage.js';

/** Turns that one cell of a window takes at the most: its own, and in a window of one column the start and end of a row. */
const turnsOfCell = 3;

/**
 * Compiles a program into kernels: those whose results are the same in all iterations of a run, if they are worth that, and
 * those of each iteration. Runs follow each other, and their handles stand for results to come. `ended` is called
 * when, after `dispose` and all runs, its kernels are gone.
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
  const who = `[${name}] run ${program.name}`;
  const names = programInterface(program);
  const { carriedInputs, freshOutputs } = names;
  const carriedNames = carriedInputs.map((input) => input.name);

  const split = splitInvariant(program);
  const once = split.once && createStage(runtime, who, split.once);
  const layouts = new Map(
    Object.keys(split.once?.outputs ?? {}).flatMap((output) => {
      const layout = once?.layoutOf(output);
      return layout ? [[output, layout] as const] : [];
    }),
  );
  const each = createStage(runtime, who, split.each, layouts);
  let last: Promise<unknown> = Promise.resolve();

  async function compute(
    start: Entries<Pending>,
    minibatches: readonly Entries<Pending>[],
  ): Promise<RunEntries<Stored>> {
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

  return createExecutableOf({
    lifetime,
    handles,
    program: source,
    execute(start, iterations) {
      // Owned by this run from now on, whatever their handles come to.
      const given = keepAll(start);
      const minibatches = iterations.map(({ inputs, keys }) => {
        const streamed = encodeStreams(keys, streams).map(([input, values]) => [input, storeValues(values)] as const);
        return new Map([
          ...keepAll(inputs),
          ...streamed.map(([input, stored]) => [input, Promise.resolve(stored)] as const),
        ]);
      });
      const finished = last.then(async () => {
        try {
          return await compute(given, minibatches);
        } finally {
          for (const kept of [given, ...minibatches]) for (const pending of kept.values()) letGo(pending);
        }
      });
      // A failure surfaces where a handle is read; one that nobody reads is no unhandled rejection.
      last = finished.catch(() => undefined);
      return pendingEntries(names, iterations.length, finished);
    },
    dispose() {
      // After the runs that are still to come; kernels that do not go have nothing to tell anyone.
      void last
        .then(() => Promise.all([each.dispose(), once?.dispose()]))
        .catch(() => undefined)
        .then(ended);
    },
  });
}

/** Other owners of tensors that may still be computed. */
function keepAll(entries: Entries<Pending>): Map<string, Pending> {
  return new Map(
    [...entries].map(([name, pending]) => {
      const kept = pending.then((stored) => stored.retain());
      kept.catch(() => undefined);
      return [name, kept];
    }),
  );
}

function letGo(pending: Pending): void {
  void pending.then((stored) => stored.release()).catch(() => undefined);
}
