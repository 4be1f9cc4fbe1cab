import { type DataStream, VardropError } from '@vardrop/core';
import { checkOptionNames, formatValue } from '@vardrop/core/backend';

/** A data set of `tf.data`, as `tf.data.csv`, `tf.data.generator`, `zip`, `map` and `batch` give it. */
export interface TfDataset {
  iterator(): Promise<{ next(): Promise<IteratorResult<unknown>> }>;
}

/** Options of `fromTfDataset`. */
export interface FromTfDatasetOptions {
  /** Rows of an epoch: of a data set in batches the sum of their rows. */
  readonly rows: number;
  /** The sum of the weights of all rows, where elements have weights (`ws`). */
  readonly weightSum?: number;
}

/** A tensor, as far as it is read. */
interface TfTensor {
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}

/** Numbers of some rows, or such numbers by the names of inputs or outputs. */
type Block = ArrayLike<number> | Readonly<Record<string, ArrayLike<number>>>;

/**
 * A data set of TensorFlow.js as a stream for `fit`. Its elements are `{ xs, ys }`, in batches or not, of tensors, numbers, or arrays
 * of numbers; for a model with several inputs or outputs, objects of these by name. An element may have `ws`, weights of its rows.
 * Each epoch iterates over the data set anew; tensors are disposed of once they are read. A data set that shuffles itself
 * gives an order of its own: resuming is exact only without that, with the shuffling of `fit`.
 *
 * Throws `VARDROP_STREAM` for what is no data set, for `rows` that are no positive integer, and, while it is read, for elements of
 * another kind; `VARDROP_OPTION` for unknown options.
 */
export function fromTfDataset(dataset: TfDataset, options: FromTfDatasetOptions): DataStream {
  checkOptionNames('fromTfDataset', options, { rows: true, weightSum: true });
  const { rows, weightSum } = options;
  if (typeof dataset !== 'object' || dataset === null || typeof dataset.iterator !== 'function')
    refuse('dataset', formatValue(dataset), 'one of tf.data, such as tf.data.zip({ xs, ys }).batch(32)');
  if (!Number.isSafeInteger(rows) || rows < 1)
    refuse('rows', formatValue(rows), 'the number of rows of an epoch, a positive integer. tf.data does not tell it');
  return {
    rows,
    ...(weightSum !== undefined && { weightSum }),
    async *batches() {
      const iterator = await dataset.iterator();
      while (true) {
        const { value, done } = await iterator.next();
        if (done) return;
        yield await readElement(value);
      }
    },
  };
}

async function readElement(element: unknown) {
  if (typeof element !== 'object' || element === null || !('xs' in element && 'ys' in element))
    return refuse('element', formatValue(element), '{ xs, ys }. Write dataset.map((element) => ({ xs: …, ys: … }))');
  const [inputs, targets] = [await readBlock('xs', element.xs), await readBlock('ys', element.ys)];
  const weights = 'ws' in element ? await readNumbers('ws', element.ws) : undefined;
  return { inputs, targets, ...(weights && { weights }) };
}

async function readBlock(what: string, given: unknown): Promise<Block> {
  if (isTensor(given) || typeof given !== 'object' || given === null || isArray(given)) return readNumbers(what, given);
  const named: Record<string, ArrayLike<number>> = {};
  for (const [name, value] of Object.entries(given)) named[name] = await readNumbers(`${what}.${name}`, value);
  return named;
}

/** Arrays are checked when they are used. */
async function readNumbers(what: string, given: unknown): Promise<ArrayLike<number>> {
  if (typeof given === 'number') return [given];
  if (isArray(given)) return Array.isArray(given) ? given.flat(Number.POSITIVE_INFINITY) : given;
  if (!isTensor(given)) return refuse(what, formatValue(given), 'a tensor, a number, or an array of numbers');
  try {
    return await given.data();
  } finally {
    given.dispose();
  }
}

function isTensor(value: unknown): value is TfTensor {
  const { data, dispose } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof data === 'function' && typeof dispose === 'function';
}

function isArray(value: unknown): value is number[] | Float32Array {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

function refuse(what: string, got: string, needs: string): never {
  throw new VardropError('VARDROP_STREAM', `[fromTfDataset] ${what}: got ${got}, needs ${needs}.`);
}
