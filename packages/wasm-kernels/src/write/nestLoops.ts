import type { FunctionWriter, Local } from './wasmWriter.js';

/** Writes nested loops, the outermost first, with `inside` in the innermost. */
export function nestLoops(
  w: FunctionWriter,
  lengths: readonly number[],
  inside: (counters: readonly Local[]) => void,
  counters: readonly Local[] = [],
): void {
  if (lengths.length === 0) {
    inside(counters);
    return;
  }
  const counter = w.i32();
  w.loop(counter, { constant: lengths[0] }, 1, () => nestLoops(w, lengths.slice(1), inside, [...counters, counter]));
}
