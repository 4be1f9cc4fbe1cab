import { VardropError } from '../errors.js';
import type { Rows } from '../flattenRows.js';
import type { Model } from '../layers/model/model.js';
import type { OneOrNamed } from '../oneOrNamed.js';
import { type ReadInputs, readInputs } from './readInputs.js';

/** Inputs that are read in blocks of any number of rows. What else the blocks have, such as targets, is ignored. */
export interface InputStream {
  batches(epoch: number): AsyncIterable<InputBlock> | Iterable<InputBlock>;
}

/** Some rows of inputs. */
export interface InputBlock {
  readonly inputs: OneOrNamed<ArrayLike<number> | Rows>;
}

/** Whether inputs are a stream. */
export function isInputStream(inputs: unknown): inputs is InputStream {
  return typeof inputs === 'object' && inputs !== null && 'batches' in inputs && typeof inputs.batches === 'function';
}

/** The blocks of a stream, each checked. Throws what `readInputs` throws, and `VARDROP_EMPTY` for a stream without rows. */
export async function* readInputBlocks(model: Pick<Model, 'inputs'>, stream: InputStream): AsyncGenerator<ReadInputs> {
  let first = 0;
  for await (const { inputs } of stream.batches(0)) {
    const read = readInputs(first === 0 ? 'predict' : `predict, block from row ${first}`, model, inputs);
    first += read.rows;
    yield read;
  }
  if (first === 0) throw new VardropError('VARDROP_EMPTY', '[predict] inputs: got a stream without rows, needs some.');
}
