import type { Model } from '../layers/model/model.js';
import type { Head } from '../likelihoods/heads.js';
import { type Augment, createAugmenter } from './augment.js';
import { gather } from './data.js';
import { type DataStream, readBlocks } from './dataStream.js';
import type { Minibatch } from './minibatch.js';
import type { MinibatchSource } from './minibatchSource.js';
import { prefetch } from './prefetch.js';
import { createRowQueue, type NumberedRows, rowsAt } from './rowQueue.js';
import { scaleWarnings } from './scaleWarnings.js';
import { orderOfRun, type Shuffle } from './shuffle.js';
import type { FitWarning } from './trainOptions.js';

type Warn = (warning: FitWarning) => Promise<void>;

/** Minibatches of a stream. Memory holds one run of rows that are shuffled, and the minibatches that are read ahead. */
export function streamSource(
  model: Model,
  heads: readonly Head[],
  data: DataStream,
  options: {
    readonly batch: number;
    readonly shuffle: Shuffle;
    readonly augment: Augment | undefined;
    /** Minibatches that are read before they are needed. */
    readonly prefetch: number;
  },
): MinibatchSource {
  const { rows, weightSum = rows } = data;
  const { batch, shuffle, augment } = options;
  const change = augment && createAugmenter(model, augment, shuffle.seed);

  /** The blocks of an epoch, in the order of the stream. */
  async function* blocks(epoch: number, warn: Warn): AsyncGenerator<NumberedRows> {
    let first = 0;
    for await (const block of readBlocks('fit', model, heads, data, epoch)) {
      if (epoch === 0 && first === 0) for (const warning of scaleWarnings(model, heads, block)) await warn(warning);
      const all = Uint32Array.from({ length: block.rows }, (_, row) => row);
      const start = first;
      first += block.rows;
      yield { numbers: all.map((row) => start + row), minibatch: gather(model, heads, block, all, rows / weightSum) };
    }
  }

  /** The runs of an epoch that are shuffled, from row `from` of its order on. */
  async function* runs(epoch: number, from: number, warn: Warn): AsyncGenerator<NumberedRows> {
    const queue = createRowQueue(blocks(epoch, warn));
    // Rows that are not shuffled come in runs of a minibatch.
    const [start, length] = shuffle.size === 1 ? [from, batch] : [from - (from % shuffle.size), shuffle.size];
    try {
      await queue.skip(start);
      for (let first = start; first < rows; first += length) {
        const run = await queue.take(Math.min(length, rows - first));
        const order = orderOfRun(shuffle, epoch, first, run.numbers.length);
        yield rowsAt(
          run,
          order.subarray(Math.max(from - first, 0)).map((row) => row - first),
        );
      }
      await queue.end();
    } finally {
      await queue.close();
    }
  }

  async function* minibatches(epoch: number, from: number, warn: Warn): AsyncGenerator<Minibatch> {
    const queue = createRowQueue(runs(epoch, from, warn));
    try {
      for (let row = from; row < rows; row += batch) {
        const { numbers, minibatch } = await queue.take(Math.min(batch, rows - row));
        yield change ? change(minibatch, epoch, numbers) : minibatch;
      }
      await queue.end();
    } finally {
      await queue.close();
    }
  }

  return {
    rows,
    weightSum,
    digest: data.digest ?? 'stream',
    waits: true,
    minibatches: (epoch, from, warn) => prefetch(minibatches(epoch, from, warn), options.prefetch),
  };
}
