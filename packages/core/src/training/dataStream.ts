import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model/model.js';
import type { Head } from '../likelihoods/heads.js';
import { type AnyDataset, type ReadDataset, readDataset } from './data.js';

/**
 * Data that are read anew in each epoch, such as a file that does not fit into memory. Blocks may have any number of rows; the
 * minibatches are cut from them.
 */
export interface DataStream<Block extends AnyDataset = AnyDataset> {
  /** Rows of an epoch. A stream that gives another number is refused at its end. */
  readonly rows: number;
  /** The sum of the weights of all rows. Needed where blocks have weights. */
  readonly weightSum?: number;
  /** A text that differs for other data, so that a state that was trained on other data starts anew. Default: none. */
  readonly digest?: string;
  /** The blocks of an epoch, counted from 0, in the order of the rows. */
  batches(epoch: number): AsyncIterable<Block> | Iterable<Block>;
}

/** Whether data are a stream. */
export function isStream(data: unknown): data is DataStream {
  return typeof data === 'object' && data !== null && 'batches' in data;
}

/** Throws `VARDROP_STREAM` unless a stream has `rows` and `batches`, and a sum of weights that is one. */
export function checkStream(who: string, { rows, weightSum, batches }: DataStream): void {
  const refuse = (what: string, got: unknown, needs: string): never => {
    throw new VardropError('VARDROP_STREAM', `[${who}] data.${what}: got ${formatValue(got)}, needs ${needs}.`);
  };
  if (!Number.isSafeInteger(rows) || rows < 1)
    refuse('rows', rows, 'the number of rows of an epoch, a positive integer');
  if (typeof batches !== 'function') refuse('batches', batches, 'a function of the epoch that gives blocks of rows');
  if (weightSum !== undefined && !(weightSum > 0 && Number.isFinite(weightSum)))
    refuse('weightSum', weightSum, 'the sum of the weights of all rows, a positive number');
}

/**
 * The blocks of an epoch of a stream, each checked. Throws what `readDataset` throws, with the first row of the block, and
 * `VARDROP_STREAM` for a stream that has more or fewer rows than it says, gives weights without their sum, or fails.
 */
export async function* readBlocks(
  who: string,
  model: Model,
  heads: readonly Head[],
  data: DataStream,
  epoch: number,
): AsyncGenerator<ReadDataset, void, undefined> {
  let first = 0;
  const refuse = (got: string, needs: string, cause?: unknown): never => {
    throw new VardropError('VARDROP_STREAM', `[${who}] data: got ${got}, needs ${needs}.`, { cause });
  };
  for await (const block of iterate(data, epoch, (cause) =>
    refuse(
      `an error after ${first} rows of epoch ${epoch}: ${messageOf(cause)}`,
      'a stream that can be read to its end',
      cause,
    ),
  )) {
    const read = readBlock(`${who}, block from row ${first}`, model, heads, block);
    if (read.weights && data.weightSum === undefined)
      refuse('blocks with weights', 'weightSum, the sum of the weights of all rows, beside rows');
    first += read.rows;
    if (first > data.rows)
      refuse(`more than ${data.rows} rows in epoch ${epoch}`, `the ${data.rows} rows that it says`);
    yield read;
  }
  if (first < data.rows) refuse(`the end after ${first} rows of epoch ${epoch}`, `the ${data.rows} rows that it says`);
}

/** The blocks of a stream. What it throws goes to `fail`; what is thrown at its reader does not. */
async function* iterate(data: DataStream, epoch: number, fail: (cause: unknown) => never): AsyncGenerator<AnyDataset> {
  const open = () => {
    const batches: AsyncIterable<AnyDataset> | Iterable<AnyDataset> = data.batches(epoch);
    if (Symbol.asyncIterator in batches) return batches[Symbol.asyncIterator]();
    return batches[Symbol.iterator]();
  };
  let iterator: AsyncIterator<AnyDataset> | Iterator<AnyDataset>;
  try {
    iterator = open();
  } catch (cause) {
    return fail(cause);
  }
  try {
    while (true) {
      let next: IteratorResult<AnyDataset>;
      try {
        next = await iterator.next();
      } catch (cause) {
        return fail(cause);
      }
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

function readBlock(who: string, model: Model, heads: readonly Head[], block: AnyDataset): ReadDataset {
  return readDataset(who, model, heads, block);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : formatValue(cause);
}
