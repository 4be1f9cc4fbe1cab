import type { ReadDataset } from './data.js';

/** What tells the rows of a training from others, in whatever order and part they come. */
export interface DataDigest {
  /** How many rows there were. */
  readonly rows: number;
  /**
   * The 128 least of the rows' digests, ascending, each once: a sample of the rows that any part of them can be compared with (a
   * bottom-k sketch; Cohen & Kaplan 2007). None where less than nine tenths of the rows are different ones, since new rows are then
   * like them too.
   */
  readonly least: readonly number[];
}

/** The most digests that are kept. */
export const mostDigests = 128;
const different = 0.9;

/** The digest of inputs and targets of rows. */
export function dataDigest(data: ReadDataset): DataDigest {
  const { rows } = data;
  const distinct = rowDigests(data)
    .sort()
    .filter((each, i, all) => i === 0 || each !== all[i - 1]);
  return { rows, least: distinct.length < different * rows ? [] : [...distinct.subarray(0, mostDigests)] };
}

/**
 * Whether more than half of the rows are among those of a digest, as far as they can be compared: of n rows about `128 n / rows` are,
 * for a digest of so many rows.
 */
export function isMostlyOf({ least }: DataDigest, data: ReadDataset): boolean {
  const known = new Set(least);
  const bound = least.length < mostDigests ? Number.POSITIVE_INFINITY : least[mostDigests - 1];
  const compared = rowDigests(data).filter((each) => each <= bound);
  const found = compared.filter((each) => known.has(each));
  return found.length > compared.length / 2;
}

/** MurmurHash3 for x86, 32 bits, of each row's numbers as float32 (Appleby 2011). Detects accidents, not forgeries. */
function rowDigests({ rows, inputs, targets }: ReadDataset): Uint32Array {
  const digests = new Uint32Array(rows);
  let width = 0;
  for (const values of [...Object.values(inputs), ...Object.values(targets)]) {
    const numbers = values instanceof Float32Array ? values : Float32Array.from(values);
    const words = new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length);
    const own = words.length / rows;
    for (let row = 0; row < rows; row++) {
      let digest = digests[row];
      for (let i = row * own; i < (row + 1) * own; i++) {
        const word = Math.imul(words[i], 0xcc9e2d51);
        digest ^= Math.imul((word << 15) | (word >>> 17), 0x1b873593);
        digest = (Math.imul((digest << 13) | (digest >>> 19), 5) + 0xe6546b64) | 0;
      }
      digests[row] = digest;
    }
    width += own;
  }
  return digests.map((digest) => finish(digest ^ (4 * width)));
}

function finish(digest: number): number {
  let word = Math.imul(digest ^ (digest >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return word ^ (word >>> 16);
}
