/**
 * Arrays that are used again. New arrays of megabytes cost a page fault for every 4096 bytes, and garbage collections.
 */
export interface Reserve {
  /** An array of so many numbers, with any contents. */
  take(length: number): Float32Array;
  /** Takes back an array that is no longer used. Ignores arrays from elsewhere. */
  giveBack(array: Float32Array): void;
}

/** An empty reserve, which keeps at most `limit` numbers; by default 64 MiB. */
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
        // It is full of arrays whose sizes are no longer asked for.
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
