import { VardropError } from '@vardrop/core';
import { bindInputs, type Executable, programInputs, type Tensor } from '@vardrop/core/backend';
import { type Program, separatePooling, splitInvariant } from '@vardrop/core/program';
import { checkLimits } from './checkLimits.js';
import type { Handles, Pending } from './handles.js';
import type { Runtime } from './loadGpu.js';
import { createStage } from './stage.js';
import { type Stored, storeValues } from './stored.js';
import { withoutTransposes } from './withoutTransposes.js';
import { bindStreams, withStreams } from './withStreams.js';

/** Inputs by name, of which some may still be computed. */
type Given = ReadonlyMap<string, Pending>;

/** Turns that one cell of a window takes at the most: its own, and in a window of one column the start and end of a row. */
const turnsOfCell = 3;

/** What a run leaves, by name of output; each handle to come owns its own. */
interface Finished {
  readonly carried: ReadonlyMap<string, Stored>;
  readonly outputs: readonly ReadonlyMap<string, Stored>[];
}

/**
 * Compiles a program into kernels: those whose results are the same in all iterations of a run, if they are worth that, and
 * those of each iteration. Runs follow each other, and their handles stand for results to come. `ended` is called
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
  const separated = separatePooling(source, runtime.mostTurns / turnsOfCell);
  const { program, streams } = withStreams(runtime.mode === 'webasm' ? separated : withoutTransposes(separated));
  const who = `[${name}] run ${program.name}`;
  const streamInputs = new Set(streams.map((stream) => stream.name));
  const inputs = programInputs(program).filter((input) => !streamInputs.has(input.name));
  const nameOf = new Map(inputs.map((input) => [input.id, input.name]));
  const iterationInputs = inputs.filter(({ role }) => role === 'iteration');
  const runInputs = inputs.filter(({ role }) => role !== 'iteration');
  const carriedNames = inputs.filter(({ role }) => role === 'carried').map((input) => input.name);
  const freshNames = Object.keys(program.outputs).filter((output) => !carriedNames.includes(output));
  const shapeOf = (output: string) => program.nodes[program.outputs[output]].shape as readonly number[];

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
  let disposed = false;

  async function compute(start: Given, minibatches: readonly Given[]): Promise<Finished> {
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
        outputs.push(new Map(freshNames.map((output) => [output, made.get(output) as Stored])));
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
      const kept = bound.map(
        (given) => new Map([...given].map(([id, pending]) => [nameOf.get(id) as string, keep(pending)])),
      );
      noise.forEach((own, i) => {
        for (const [input, values] of own) kept[i + 1].set(input, Promise.resolve(storeValues(values)));
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
          carriedNames.map((output) => hold(output, ({ carried }) => carried.get(output) as Stored)),
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
        .then(() => Promise.all([each.dispose(), once?.dispose()]))
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
