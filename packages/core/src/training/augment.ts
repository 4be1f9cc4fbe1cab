import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model/model.js';
import { elementCount } from '../program/shapes.js';
import { foldIn } from '../random/foldIn.js';
import type { Key } from '../random/key.js';
import { normal } from '../random/normal.js';
import { uniform } from '../random/uniform.js';
import { stream } from '../streams.js';
import type { Minibatch } from './minibatch.js';

/** Random numbers of one row in one epoch. They depend on the seed, the epoch and the row only. */
export interface RowRandom {
  /** The next number, uniform in [0, 1). */
  uniform(): number;
  /** The next number, standard normal. */
  normal(): number;
}

/** What an augmentation is told about a row. */
export interface AugmentContext {
  /** The number of the row in the data, from 0. */
  readonly row: number;
  /** From 0. */
  readonly epoch: number;
  /** The name of the input. */
  readonly input: string;
  readonly random: RowRandom;
}

/**
 * Changes the numbers of one row of one input, which is a copy, or returns other ones. It is called anew in each epoch. With all of
 * its randomness from `context.random`, a run that is resumed gives the results of the uninterrupted one bit for bit.
 */
export type Augment = (row: Float32Array, context: AugmentContext) => ArrayLike<number> | undefined;

/** Random numbers of a key, drawn in blocks. Uniform and normal ones have streams of their own. */
function randomOf(key: Key): RowRandom {
  const drawer = (draw: typeof uniform, own: Key) => {
    let block = new Float32Array(0);
    let used = 0;
    let offset = 0;
    return () => {
      if (used === block.length) {
        offset += block.length;
        block = draw(own, 16, offset);
        used = 0;
      }
      return block[used++];
    };
  };
  return { uniform: drawer(uniform, foldIn(key, 0)), normal: drawer(normal, foldIn(key, 1)) };
}

/**
 * The augmentation of minibatches of a model under a seed. `rowsOf` are the numbers of the rows in the data. Throws
 * `VARDROP_AUGMENT` for numbers that do not fill the row or that are not finite.
 */
export function createAugmenter(
  model: Pick<Model, 'inputs'>,
  augment: Augment,
  seed: number,
): (minibatch: Minibatch, epoch: number, rowsOf: ArrayLike<number>) => Minibatch {
  const root = stream(seed, 'augmentation');
  return (minibatch, epoch, rowsOf) => {
    const ofEpoch = foldIn(root, epoch);
    const inputs = model.inputs.map(({ name, shape }, input) => {
      const columns = elementCount(shape);
      const data = minibatch.inputs[name].slice();
      for (let i = 0; i < minibatch.rows; i++) {
        const row = data.subarray(i * columns, (i + 1) * columns);
        const random = randomOf(foldIn(foldIn(ofEpoch, rowsOf[i]), input));
        const given: unknown = augment(row, { row: rowsOf[i], epoch, input: name, random });
        if (given !== undefined) row.set(readRow(given, columns, rowsOf[i]));
        const bad = row.findIndex((value) => !Number.isFinite(value));
        if (bad !== -1) refuse(`${row[bad]} in row ${rowsOf[i]}, column ${bad}`, 'finite numbers');
      }
      return [name, data] as const;
    });
    return { ...minibatch, inputs: Object.fromEntries(inputs) };
  };
}

function readRow(given: unknown, columns: number, row: number): ArrayLike<number> {
  const isArray = Array.isArray(given) || ArrayBuffer.isView(given);
  if (isArray && (given as ArrayLike<number> & object).length === columns) return given as ArrayLike<number> & object;
  return refuse(
    `${formatValue(given)} for row ${row}`,
    `${columns} numbers, or nothing where the row itself was changed`,
  );
}

function refuse(got: string, needs: string): never {
  throw new VardropError('VARDROP_AUGMENT', `[fit] augment: got ${got}, needs ${needs}.`);
}
