import { gatherRows } from '../prediction/readTargets.js';
import type { Minibatch } from './minibatch.js';

/** Rows with their numbers in the data. */
export interface NumberedRows {
  readonly numbers: Uint32Array;
  readonly minibatch: Minibatch;
}

/** Rows of blocks of any size, taken in their order in pieces of another size. */
export interface RowQueue {
  /** The next `count` rows. */
  take(count: number): Promise<NumberedRows>;
  /** Leaves out the next `count` rows. */
  skip(count: number): Promise<void>;
  /** Reads on after the last row, so that the source can refuse rows that should not be there. */
  end(): Promise<void>;
  close(): Promise<void>;
}

/** A queue of the rows of `blocks`, which has to give as many as are taken. */
export function createRowQueue(blocks: AsyncIterable<NumberedRows>): RowQueue {
  const iterator = blocks[Symbol.asyncIterator]();
  let block: NumberedRows | undefined;
  let used = 0;

  /** Calls `act` with parts of blocks, `count` rows in all. */
  async function advance(count: number, act: (part: NumberedRows) => void): Promise<void> {
    for (let left = count; left > 0; ) {
      if (block === undefined || used === block.numbers.length) {
        const next = await iterator.next();
        if (next.done) throw new RangeError(`rows: got ${count - left}, needs ${count}`);
        block = next.value;
        used = 0;
      }
      const length = Math.min(left, block.numbers.length - used);
      act(cutRows(block, used, used + length));
      used += length;
      left -= length;
    }
  }

  return {
    async take(count) {
      const parts: NumberedRows[] = [];
      await advance(count, (part) => parts.push(part));
      return parts.length === 1 ? parts[0] : join(parts);
    },
    skip: (count) => advance(count, () => {}),
    async end() {
      await iterator.next();
    },
    async close() {
      await iterator.return?.();
    },
  };
}

/** The rows from `first` to before `last`, without a copy. */
function cutRows({ numbers, minibatch }: NumberedRows, first: number, last: number): NumberedRows {
  const { rows, inputs, targets, weights } = minibatch;
  const cut = (data: Float32Array) => data.subarray((first * data.length) / rows, (last * data.length) / rows);
  return {
    numbers: numbers.subarray(first, last),
    minibatch: {
      rows: last - first,
      inputs: mapArrays(inputs, (_, data) => cut(data)),
      targets: mapArrays(targets, (_, data) => cut(data)),
      ...(weights && { weights: cut(weights) }),
    },
  };
}

/** The rows at `indices`. */
export function rowsAt({ numbers, minibatch }: NumberedRows, indices: Uint32Array): NumberedRows {
  const { rows, inputs, targets, weights } = minibatch;
  const cut = (data: Float32Array) => gatherRows(data, data.length / rows, indices);
  return {
    numbers: indices.map((index) => numbers[index]),
    minibatch: {
      rows: indices.length,
      inputs: mapArrays(inputs, (_, data) => cut(data)),
      targets: mapArrays(targets, (_, data) => cut(data)),
      ...(weights && { weights: cut(weights) }),
    },
  };
}

function join(parts: readonly NumberedRows[]): NumberedRows {
  const all = parts.map(({ minibatch }) => minibatch);
  const { inputs, targets, weights } = all[0];
  return {
    numbers: joinArrays(
      Uint32Array,
      parts.map(({ numbers }) => numbers),
    ),
    minibatch: {
      rows: all.reduce((sum, { rows }) => sum + rows, 0),
      inputs: mapArrays(inputs, (name) =>
        joinArrays(
          Float32Array,
          all.map((each) => each.inputs[name]),
        ),
      ),
      targets: mapArrays(targets, (name) =>
        joinArrays(
          Float32Array,
          all.map((each) => each.targets[name]),
        ),
      ),
      ...(weights && {
        weights: joinArrays(
          Float32Array,
          all.map((each) => each.weights as Float32Array),
        ),
      }),
    },
  };
}

function mapArrays(
  arrays: Minibatch['inputs'],
  act: (name: string, data: Float32Array) => Float32Array,
): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(arrays).map(([name, data]) => [name, act(name, data)]));
}

function joinArrays<Kind extends Float32Array | Uint32Array>(
  Kind: new (length: number) => Kind,
  parts: readonly Kind[],
): Kind {
  const joined = new Kind(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
