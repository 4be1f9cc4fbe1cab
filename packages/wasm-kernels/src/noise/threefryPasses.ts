import * as random from '@vardrop/core/random';
import type { Push } from '../write/vectorWriter.js';
import type { Local } from '../write/wasmWriter.js';
import { type NoiseWriting, walkBuffer } from './noiseWriting.js';

const { parity, groups, rotations } = random.threefryConstants;

/** What the blocks of all chunks share: vectors with four times a word. */
export interface Stream {
  readonly key: readonly [Push, Push, Push];
  /** The words of the first number's counter. */
  readonly high: Push;
  readonly low: Push;
  /** For each byte of a vector, the place it comes from if words are rotated by 16 and by 24 bits. */
  readonly byteRotations: Readonly<Record<number, Push>>;
}

/** Loads what all chunks share from the address of the four words of a `NoiseSource`. */
export function loadStream({ w, v }: Pick<NoiseWriting, 'w' | 'v'>, words: Local): Stream {
  const [first, second, high, low] = [0, 4, 8, 12].map((offset) =>
    v.keep(() => {
      w.get(words);
      w.loadSplat(offset);
    }),
  );
  return {
    key: [first, second, v.keep(v.xor(v.xor(first, second), v.integer(parity)))],
    high,
    low,
    byteRotations: Object.fromEntries([16, 24].map((bits) => [bits, v.keep(() => w.integers(byteRotation(bits / 8)))])),
  };
}

/** For each byte of a vector, in four words: the place it comes from if words are rotated left by whole bytes. */
function byteRotation(bytes: number): [number, number, number, number] {
  const word = (first: number) =>
    [0, 1, 2, 3].reduce((word, byte) => word | ((first + ((byte + 4 - bytes) % 4)) << (8 * byte)), 0);
  return [word(0), word(4), word(8), word(12)];
}

/**
 * Writes the blocks of Threefry-2x32-20 (see `threefryConstants`) to the buffer, in one pass for each group of four rounds.
 *
 * @param start the index of the chunk's first number
 */
export function threefryPasses(writing: NoiseWriting, stream: Stream, start: Local): void {
  const { w, v } = writing;
  const add = (a: Push, b: Push) => v.apply('i32x4Add', a, b);
  const index = w.v128();
  add(
    () => {
      w.get(start);
      w.simd('i32x4Splat');
    },
    () => w.integers([0, 1, 2, 3]),
  )();
  w.set(index);
  const counters = (): [Push, Push] => {
    const low = v.keep(add(stream.low, () => w.get(index)));
    add(() => w.get(index), v.integer(4))();
    w.set(index);
    // A comparison gives −1 where the lower word has passed 2³².
    const high = v.apply('i32x4Sub', stream.high, v.apply('i32x4LtU', low, stream.low));
    return [v.keep(add(high, stream.key[0])), v.keep(add(low, stream.key[1]))];
  };
  for (let group = 0; group < groups; group++) {
    const added = v.keep(add(stream.key[(group + 2) % 3], v.integer(group + 1)));
    walkBuffer(writing, 2, (places) => {
      const blocks = places.map(({ first, second }) => (group === 0 ? counters() : [v.keep(first), v.keep(second)]));
      places.forEach((place, i) => {
        const [first, second] = rounds(writing, stream, group, blocks[i]);
        place.storeFirst(add(first, stream.key[(group + 1) % 3]));
        place.storeSecond(add(second, added));
      });
    });
  }
}

/** Four rounds of a vector of blocks. */
function rounds({ v }: NoiseWriting, { byteRotations }: Stream, group: number, [x, y]: readonly Push[]): [Push, Push] {
  const rotated = (word: Push, bits: number) =>
    byteRotations[bits] === undefined
      ? v.apply('or', v.shift('shl', word, bits), v.shift('shrU', word, 32 - bits))
      : v.apply('swizzle', word, byteRotations[bits]);
  let [first, second] = [x, y];
  for (const bits of rotations[group % 2]) {
    first = v.keep(v.apply('i32x4Add', first, second));
    second = v.keep(v.xor(rotated(second, bits), first));
  }
  return [first, second];
}
