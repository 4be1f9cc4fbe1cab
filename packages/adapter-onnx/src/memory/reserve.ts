/** Arrays that are used again. New ones of megabytes cost a page fault for every 4096 bytes, and garbage collections. */
export interface Reserve {
  /** An array of so many numbers, whatever they are. */
  take(length: number): Float32Array;
  /** Takes an array back that nobody uses any more. Arrays that are not from here are left alone. */
  giveBack(array: Float32Array): void;
}

/** An empty reserve, that keeps so many numbers at most: 64 MiB. */
export function createReserve(limit = 2 ** 24): Reserve {
  const spare = new Map<number, Float32Array[]>();
  const taken = new WeakSet<Float32Array>();
  let kept = 0;
  return {
    take(length) {
      const known = spare.get(length)?.pop();
      if (known) kept -= length;
      const array = known ?? new Float32Array(length);
      taken.add(array);
      return array;
    },
    giveBack(array) {
      const { length } = array;
      if (!taken.delete(array) || length > limit) return;
      if (kept + length > limit) {
        // What fills it is of sizes that are no longer asked for.
        spare.clear();
        kept = 0;
      }
      const alike = spare.get(length);
      if (alike) alike.push(array);
      else spare.set(length, [array]);
      kept += length;
    },
  };
}
