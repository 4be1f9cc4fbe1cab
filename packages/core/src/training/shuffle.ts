import { foldIn } from '../random/foldIn.js';
import { permutation } from '../random/permutation.js';
import { stream } from '../streams.js';

/** The order of rows in an epoch. Rows are shuffled within runs of `size` rows; 1 keeps their order. */
export interface Shuffle {
  readonly seed: number;
  readonly size: number;
}

/** The numbers of the rows from `first` to `first + count`, a run of an epoch, in their order. */
export function orderOfRun({ seed, size }: Shuffle, epoch: number, first: number, count: number): Uint32Array {
  if (size === 1) return Uint32Array.from({ length: count }, (_, i) => first + i);
  const run = first / size;
  // A single run has the key that an epoch had before there were several.
  const key =
    run === 0 ? foldIn(stream(seed, 'shuffle'), epoch) : foldIn(foldIn(stream(seed, 'shuffleLater'), epoch), run);
  return permutation(key, count).map((row) => first + row);
}

/** The numbers of all rows of an epoch, in their order. */
export function orderOfEpoch(shuffle: Shuffle, epoch: number, rows: number): Uint32Array {
  const length = shuffle.size === 1 ? rows : shuffle.size;
  if (length >= rows) return orderOfRun(shuffle, epoch, 0, rows);
  const order = new Uint32Array(rows);
  for (let first = 0; first < rows; first += length)
    order.set(orderOfRun(shuffle, epoch, first, Math.min(length, rows - first)), first);
  return order;
}
