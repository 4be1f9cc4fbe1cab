import type { FunctionWriter, Local } from './wasmWriter.js';

/** Writes four floats to an address plus `offset` bytes, or only the first `rest` of them (1 to 3, a local). */
export function storeFour(w: FunctionWriter, address: () => void, value: Local, rest?: Local, offset = 0): void {
  if (rest === undefined) {
    address();
    w.get(value);
    w.store(offset);
    return;
  }
  for (const lane of [0, 1, 2]) {
    w.get(rest);
    w.integer(lane);
    w.plain('i32GtU');
    w.when(() => {
      address();
      w.get(value);
      w.storeLane(lane, offset + 4 * lane);
    });
  }
}
