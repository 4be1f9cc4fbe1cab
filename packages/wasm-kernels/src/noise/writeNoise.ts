import { elementCount, type NodeOf, type NodeShapes } from '@vardrop/core/program';
import type { Kernel } from '../kernel.js';
import { addScaled, increase, limit, scaled } from '../write/integers.js';
import { createVectorWriter } from '../write/vectorWriter.js';
import { storeFirst } from '../write/walkRow.js';
import { createFunction, type Local } from '../write/wasmWriter.js';
import { chunk, type NoiseWriting, placeAt } from './noiseWriting.js';
import { type Conversion, conversions } from './numbersFromBits.js';
import { loadStream, threefryPasses } from './threefryPasses.js';

/** Elements of one task, whose work takes about 70 microseconds. A multiple of `chunk`. */
const taskLength = 16384;

/** Noise, bit for bit that of core's generators. The kernel's operand is the address of the words of a `NoiseSource`. */
export function writeNoise(
  { distribution }: Pick<NodeOf<'noise'>, 'distribution'>,
  { out }: Pick<NodeShapes, 'out'>,
): Kernel {
  const count = elementCount(out);
  const tasks = Math.ceil(count / taskLength);
  const w = createFunction(3);
  const [words, result, scratch] = [0, 1, 2];
  const writing: NoiseWriting = { w, v: createVectorWriter(w), buffer: w.i32(), bufferEnd: w.i32() };
  const stream = loadStream(writing, words);
  const conversion = conversions[distribution];
  const [start, firstStart, end, length, target] = [w.i32(), w.i32(), w.i32(), w.i32(), w.i32()];

  // No other call runs the first task, so its buffer serves all tasks of the call.
  w.get(scratch);
  addScaled(w, w.first, 8 * chunk);
  w.set(writing.buffer);
  scaled(w, w.first, taskLength);
  w.set(firstStart);
  scaled(w, w.end, taskLength);
  w.set(end);
  limit(w, end, 'smaller', () => w.integer(count));
  w.get(result);
  addScaled(w, firstStart, 4);
  w.set(target);
  w.loop(
    start,
    end,
    chunk,
    () => {
      w.get(end);
      w.get(start);
      w.plain('i32Sub');
      w.set(length);
      limit(w, length, 'smaller', () => w.integer(chunk));
      // Passes work on eight numbers at a time.
      w.get(writing.buffer);
      w.get(length);
      w.integer(7);
      w.plain('i32Add');
      w.integer(-8);
      w.plain('i32And');
      w.integer(4);
      w.plain('i32Mul');
      w.plain('i32Add');
      w.set(writing.bufferEnd);
      threefryPasses(writing, stream, start);
      conversion.passes(writing);
      storeNumbers(writing, conversion, { target, length, rest: count % 4 });
    },
    firstStart,
  );
  return { phases: [{ code: w, tasks }], results: [out], scratch: 2 * chunk * tasks };
}

/** Where a chunk's numbers go: the address, which moves on, and how many there are, of which `rest` fill no vector in the last chunk. */
interface Target {
  readonly target: Local;
  readonly length: Local;
  readonly rest: number;
}

/** Writes the chunk's numbers to the result. */
function storeNumbers(writing: NoiseWriting, { finish }: Conversion, { target, length, rest }: Target): void {
  const { w, buffer } = writing;
  const [at, wholeEnd, value] = [w.i32(), w.i32(), w.v128()];
  const turn = (numbers: number) => {
    finish(writing, placeAt(w, at))();
    w.set(value);
    storeFirst(w, numbers, () => w.get(target), value);
    increase(w, target, 4 * numbers);
  };
  w.get(length);
  w.integer(-4);
  w.plain('i32And');
  w.tee(wholeEnd);
  w.when(() => {
    w.get(buffer);
    addScaled(w, wholeEnd, 4);
    w.set(wholeEnd);
    w.loop(at, wholeEnd, 16, () => turn(4), buffer);
  });
  if (rest === 0) return;
  w.get(length);
  w.integer(3);
  w.plain('i32And');
  w.when(() => {
    w.get(buffer);
    w.get(length);
    w.integer(-4);
    w.plain('i32And');
    w.integer(4);
    w.plain('i32Mul');
    w.plain('i32Add');
    w.set(at);
    turn(rest);
  });
}
