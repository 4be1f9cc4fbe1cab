import { elementCount } from '@vardrop/core/program';
import { createFunction, type FunctionWriter } from './write/wasmWriter.js';

/**
 * A part of a kernel's work that is cut into tasks. No task of a phase reads what another writes, so that they may run in
 * any order and at the same time. How work is cut depends on shapes only, never on the number of threads, and so do results.
 */
export interface Phase {
  /**
   * Runs the tasks from `first` up to, and without, `end`. Parameters: the addresses of the kernel's operands, of its results, and of its
   * scratch memory if it has any, then `first` and `end`.
   */
  readonly code: FunctionWriter;
  /** The number of tasks, at least 1. */
  readonly tasks: number;
}

/** Generated functions that compute results from operands, and the tensors that they write. */
export interface Kernel {
  /** Run one after the other: all tasks of a phase are done before the next phase starts. */
  readonly phases: readonly Phase[];
  readonly results: readonly (readonly number[])[];
  /** Number of elements of scratch memory that it needs. */
  readonly scratch?: number;
}

/** A result of a kernel that is being created. */
export interface InitialResult {
  readonly shape: readonly number[];
  /** The value that the function needs in every element before it runs. */
  readonly initial?: number;
}

/** A kernel of phases that start after its results have been filled with initial values. */
export function createKernel(phases: readonly Phase[], results: readonly InitialResult[], scratch?: number): Kernel {
  const addresses = phases[0].code.parameters - 2;
  const firstResult = addresses - results.length - (scratch === undefined ? 0 : 1);
  const fills = results.flatMap(({ shape, initial }, i) =>
    initial === undefined ? [] : [fillPhase(addresses, firstResult + i, elementCount(shape), initial)],
  );
  return {
    phases: [...fills, ...phases],
    results: results.map(({ shape }) => shape),
    ...(scratch === undefined ? {} : { scratch }),
  };
}

/** Elements that one task fills. */
const filledByTask = 1 << 16;

/** A phase that fills one of a kernel's tensors, of `size` elements, with a value. */
export function fillPhase(addresses: number, tensor: number, size: number, value: number): Phase {
  const w = createFunction(addresses);
  const tasks = Math.ceil(size / filledByTask);
  const [at, end, task] = [w.i32(), w.i32(), w.i32()];
  const filling = w.v128();
  w.floats(value);
  w.set(filling);
  w.loop(
    task,
    w.end,
    1,
    () => {
      w.get(tensor);
      w.get(task);
      w.integer(4 * filledByTask);
      w.plain('i32Mul');
      w.plain('i32Add');
      w.set(at);
      pushEnd(w, tensor, task, size);
      w.set(end);
      fillUpTo(w, at, end, filling);
    },
    w.first,
  );
  return { code: w, tasks };
}

/** Pushes the address after the last element of a task. */
function pushEnd(w: FunctionWriter, tensor: number, task: number, size: number): void {
  const [full, all] = [w.i32(), w.i32()];
  w.get(task);
  w.integer(4 * filledByTask);
  w.plain('i32Mul');
  w.integer(4 * filledByTask);
  w.plain('i32Add');
  w.set(full);
  w.integer(4 * size);
  w.set(all);
  w.get(full);
  w.get(all);
  w.get(full);
  w.get(all);
  w.plain('i32LtU');
  w.plain('select');
  w.get(tensor);
  w.plain('i32Add');
}

/** Writes four floats at a time, and the last one to three one by one. */
function fillUpTo(w: FunctionWriter, at: number, end: number, filling: number): void {
  const turns = (bytes: number, store: () => void) => {
    const count = w.i32();
    w.get(end);
    w.get(at);
    w.plain('i32Sub');
    w.integer(bytes);
    w.plain('i32DivU');
    w.set(count);
    w.loop(w.i32(), count, 1, () => {
      w.get(at);
      w.get(filling);
      store();
      w.get(at);
      w.integer(bytes);
      w.plain('i32Add');
      w.set(at);
    });
  };
  turns(16, () => w.store());
  turns(4, () => w.storeLane(0));
}
