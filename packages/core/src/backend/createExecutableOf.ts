import { VardropError } from '../errors.js';
import type { BoundProgram } from '../program/program.js';
import type { BackendLifetime } from './backendLifetime.js';
import { bindInputs, bindKeys, type Keys } from './bindInputs.js';
import type { Executable, Tensor } from './contract.js';
import type { HandleTable } from './handleTable.js';
import { programInterface } from './programInterface.js';

/** The entries of tensors, by the name of their input or output. */
export type Entries<Entry> = ReadonlyMap<string, Entry>;

/** One iteration whose inputs and keys have been checked. */
export interface BoundIteration<Entry> {
  readonly inputs: Entries<Entry>;
  readonly keys: Keys;
}

/** The entries of a `RunResult`. Each entry then belongs to a handle of its own. */
export interface RunEntries<Entry> {
  readonly carried: Entries<Entry>;
  readonly outputs: readonly Entries<Entry>[];
}

/** What an executable needs. */
export interface ExecutableParts<Entry> {
  /** The backend's lifetime. After its `close`, runs are refused and the executable is disposed of. */
  readonly lifetime: BackendLifetime;
  /** The table that resolves inputs and gives results their handles. */
  readonly handles: HandleTable<Entry>;
  /** The program that the backend compiles. */
  readonly program: BoundProgram;
  /**
   * Computes a run from the entries of the inputs of roles `shared` and `carried`, and from the iterations. All
   * arguments are already checked. If it throws, no handle is created.
   */
  readonly execute: (given: Entries<Entry>, iterations: readonly BoundIteration<Entry>[]) => RunEntries<Entry>;
  /** Frees what the executable holds. Called once. */
  readonly dispose?: () => void;
}

/**
 * Creates the executable of a backend. It adds to `execute` what all backends share. Before anything is computed, a run
 * is refused unless it gets exactly the inputs and keys of the program (`VARDROP_INPUT`), in live handles
 * (`VARDROP_DISPOSED`). A run after `dispose` or after the backend's `close` is refused too (`VARDROP_DISPOSED`).
 * Throws what `programInterface` throws, and `VARDROP_DISPOSED` if the backend is already closed.
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
