import { VardropError } from '../errors.js';
import type { BoundProgram } from '../program/program.js';
import type { BackendLifetime } from './backendLifetime.js';
import { bindInputs, bindKeys, type Keys } from './bindInputs.js';
import type { Executable, Tensor } from './contract.js';
import type { HandleTable } from './handleTable.js';
import { programInterface } from './programInterface.js';

/** What stands behind tensors, by name of input or output. */
export type Entries<Entry> = ReadonlyMap<string, Entry>;

/** One iteration whose inputs and keys have been checked. */
export interface BoundIteration<Entry> {
  readonly inputs: Entries<Entry>;
  readonly keys: Keys;
}

/** What a run leaves, for a `RunResult`: each entry belongs to a handle of its own from then on. */
export interface RunEntries<Entry> {
  readonly carried: Entries<Entry>;
  readonly outputs: readonly Entries<Entry>[];
}

/** What an executable is made of. */
export interface ExecutableParts<Entry> {
  /** Of the backend: a run after its `close` is refused, and `close` disposes of the executable. */
  readonly lifetime: BackendLifetime;
  /** Where inputs are looked up and results get their handles. */
  readonly handles: HandleTable<Entry>;
  /** The program that the backend was given. */
  readonly program: BoundProgram;
  /**
   * Computes a run from what stands behind the inputs of the roles `shared` and `carried`, and from its iterations. Called
   * only if all of them are in order. What it throws leaves no handle behind.
   */
  readonly execute: (given: Entries<Entry>, iterations: readonly BoundIteration<Entry>[]) => RunEntries<Entry>;
  /** Frees what the executable holds; called once. */
  readonly dispose?: () => void;
}

/**
 * The executable of a backend, which adds `execute` to what all have in common: a run is refused before anything is computed
 * unless it is given exactly the inputs and keys of the program (`VARDROP_INPUT`), in live handles (`VARDROP_DISPOSED`),
 * and so is a run after `dispose` or after the backend's `close` (`VARDROP_DISPOSED`). Throws what `programInterface`
 * throws, and `VARDROP_DISPOSED` if the backend has been closed meanwhile.
 */
export function createExecutableOf<Entry>(parts: ExecutableParts<Entry>): Executable {
  const { lifetime, handles, program, execute, dispose } = parts;
  const who = `[${lifetime.name}] run ${program.name}`;
  const { runInputs, iterationInputs, keys } = programInterface(program);
  let disposed = false;

  const hand = (entries: Entries<Entry>): Record<string, Tensor> => {
    const tensors: [string, Tensor][] = [];
    for (const [name, entry] of entries) {
      tensors.push([name, handles.add(entry, program.nodes[program.outputs[name]].shape)]);
    }
    return Object.fromEntries(tensors);
  };

  return lifetime.track({
    run(shared, iterations) {
      if (disposed) {
        throw new VardropError(
          'VARDROP_DISPOSED',
          `${who}: got a disposed executable, needs a live one. Compile the program again.`,
        );
      }
      // Everything is checked before anything is computed.
      const given = bindInputs(who, shared, runInputs, handles);
      const bound = iterations.map((iteration, i) => {
        const where = `${who}, iteration ${i}`;
        return {
          inputs: bindInputs(where, iteration.inputs ?? {}, iterationInputs, handles),
          keys: bindKeys(where, iteration.keys ?? {}, keys),
        };
      });
      const { carried, outputs } = execute(given, bound);
      return { carried: hand(carried), outputs: outputs.map(hand) };
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      dispose?.();
    },
  });
}
