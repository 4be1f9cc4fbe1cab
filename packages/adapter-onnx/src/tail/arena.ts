/** A WebAssembly memory of fixed size. It never grows, so that arrays on it stay valid. */
export interface Arena {
  readonly memory: WebAssembly.Memory;
  /** The address of so many numbers that stay reserved. */
  place(length: number): number;
  /** An array of so many numbers until it is given back; undefined where all of that length are taken. */
  take(length: number): Float32Array<ArrayBuffer> | undefined;
  /** Takes back an array. Ignores arrays from elsewhere. */
  giveBack(array: Float32Array): void;
  /** The address of an array on this memory; undefined for other arrays. */
  addressOf(array: Float32Array): number | undefined;
}

const page = 1 << 16;

/** Bytes that so many numbers take. Loops read up to 12 bytes past the end of a tensor. */
const bytesOf = (length: number) => (4 * length + 12 + 63) & ~63;

/** An arena with room for tensors of these lengths; those in `pools` are taken and given back. */
export function createArena(placed: readonly number[], pools: readonly number[]): Arena {
  const bytes = [...placed, ...pools].reduce((sum, length) => sum + bytesOf(length), 64);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / page) });
  const free = new Map<number, Float32Array<ArrayBuffer>[]>();
  const taken = new Set<Float32Array>();
  let end = 64;
  const place = (length: number) => {
    const address = end;
    end += bytesOf(length);
    return address;
  };
  for (const length of pools) {
    const alike = free.get(length) ?? [];
    free.set(length, alike);
    alike.push(new Float32Array(memory.buffer as ArrayBuffer, place(length), length));
  }
  return {
    memory,
    place,
    take(length) {
      const array = free.get(length)?.pop();
      if (array) taken.add(array);
      return array;
    },
    giveBack(array) {
      if (taken.delete(array)) free.get(array.length)?.push(array as Float32Array<ArrayBuffer>);
    },
    addressOf: (array) => (array.buffer === memory.buffer ? array.byteOffset : undefined),
  };
}
