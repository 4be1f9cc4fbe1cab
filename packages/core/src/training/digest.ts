/** Numbers that are not stored as float32 are rounded in pieces of this many. */
const piece = 4096;

/**
 * A digest of lists of numbers as float32, their order and lengths: 32 hexadecimal digits. It detects accidents, not forgeries.
 * It costs about as much as reading each number.
 */
export function digest(lists: readonly ArrayLike<number>[]): string {
  const words = lists.flatMap((values) => [values.length, ...pieces(values).flatMap((bits) => [...murmur128(bits)])]);
  return [...murmur128(Int32Array.from(words))].map((word) => word.toString(16).padStart(8, '0')).join('');
}

/** The bits of the numbers as float32: all at once for a Float32Array, else in pieces, to save memory. */
function pieces(values: ArrayLike<number>): readonly Int32Array[] {
  if (values instanceof Float32Array) return [new Int32Array(values.buffer, values.byteOffset, values.length)];
  return Array.from({ length: Math.ceil(values.length / piece) }, (_, i) => {
    const length = Math.min(piece, values.length - i * piece);
    return new Int32Array(Float32Array.from({ length }, (_, j) => values[i * piece + j]).buffer);
  });
}

/** MurmurHash3 for x86, 128 bits, of words in little-endian order under the seed 0 (Appleby 2011), as its four words. */
export function murmur128(words: Int32Array): Uint32Array {
  let [h1, h2, h3, h4] = [0, 0, 0, 0];
  const whole = words.length - (words.length % 4);
  for (let i = 0; i < whole; i += 4) {
    h1 = (rotate(h1 ^ scramble(words[i], 0x239b961b, 15, 0xab0e9789), 19) + h2) | 0;
    h1 = (Math.imul(h1, 5) + 0x561ccd1b) | 0;
    h2 = (rotate(h2 ^ scramble(words[i + 1], 0xab0e9789, 16, 0x38b34ae5), 17) + h3) | 0;
    h2 = (Math.imul(h2, 5) + 0x0bcaa747) | 0;
    h3 = (rotate(h3 ^ scramble(words[i + 2], 0x38b34ae5, 17, 0xa1e38b93), 15) + h4) | 0;
    h3 = (Math.imul(h3, 5) + 0x96cd1c35) | 0;
    h4 = (rotate(h4 ^ scramble(words[i + 3], 0xa1e38b93, 18, 0x239b961b), 13) + h1) | 0;
    h4 = (Math.imul(h4, 5) + 0x32ac3b17) | 0;
  }
  if (whole < words.length) h1 ^= scramble(words[whole], 0x239b961b, 15, 0xab0e9789);
  if (whole + 1 < words.length) h2 ^= scramble(words[whole + 1], 0xab0e9789, 16, 0x38b34ae5);
  if (whole + 2 < words.length) h3 ^= scramble(words[whole + 2], 0x38b34ae5, 17, 0xa1e38b93);
  const length = Math.imul(words.length, 4);
  return gather(gather([h1, h2, h3, h4].map((h) => h ^ length)).map(finish));
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function scramble(word: number, before: number, by: number, after: number): number {
  return Math.imul(rotate(Math.imul(word, before), by), after);
}

/** Adds the others to the first, and the first to the others. */
function gather([h1, h2, h3, h4]: ArrayLike<number> & Iterable<number>): Uint32Array {
  const sum = h1 + h2 + h3 + h4;
  return Uint32Array.of(sum, h2 + sum, h3 + sum, h4 + sum);
}

function finish(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
