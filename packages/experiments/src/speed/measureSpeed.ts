import { adam, initialState } from '@vardrop/core';
import { createTrainer } from '@vardrop/core/extend';
import * as random from '@vardrop/core/random';
import { chunkRows } from '../chunkRows.js';
import type { TrialContext } from '../experiment.js';
import type { ImageData } from '../imageData.js';
import { drawMinibatch } from '../minibatch.js';
import { network } from '../paperNetwork.js';
import { list, number, type Pattern, record } from '../resultPatterns.js';
import { createChunkedTrainer } from './chunkedTrainer.js';

/** A network and a minibatch size to time. */
export type SpeedCase = {
  /** Units of each of the hidden layers. */
  readonly width: number;
  readonly batch: number;
};

/** The times in seconds, one value per round. */
export type SpeedTimes = {
  /** A training step with the local estimator. */
  readonly local: readonly number[];
  /** Gradients of `rows` rows with one weight sample each. */
  readonly separate: readonly number[];
  readonly rows: number;
  /** The optimizer's step that ends a minibatch with separate samples. */
  readonly update: readonly number[];
};

/** What the results of this many rounds match. */
export function speedPattern(rounds: number): Pattern {
  const seconds = list(number(0), rounds);
  return record({ local: seconds, separate: seconds, rows: number(1), update: seconds });
}

/** Hidden layers of the paper's network. */
const hiddenLayers = 3;

/** Widths of all layers, inputs and outputs included. */
export function widthsOf(data: Pick<ImageData, 'inputs' | 'classes'>, width: number): readonly number[] {
  return [data.inputs, ...new Array<number>(hiddenLayers).fill(width), data.classes];
}

/**
 * Times training steps with both estimators, one after the other in each round, so that other load on the machine slows both.
 * Compilation and a first round are not timed.
 *
 * @param share of a minibatch that is computed with separate samples in a round, in (0, 1], but at least one chunk of rows.
 */
export async function measureSpeed(
  { width, batch }: SpeedCase,
  options: { readonly data: ImageData; readonly seed: number; readonly rounds: number; readonly share: number },
  { backend, signal, progress }: TrialContext,
): Promise<SpeedTimes> {
  const { data, seed, rounds, share } = options;
  const widths = widthsOf(data, width);
  const shape = { inputs: data.inputs, units: widths.slice(1, -1), classes: data.classes };
  const optimizer = adam();
  const chunk = chunkRows(batch, widths, backend.supports.elements);
  const chunks = Math.max(1, Math.round((share * batch) / chunk));
  const scales = { learningRateFactor: 1, klScale: 1 / data.train.targets.length };
  const times = { local: [] as number[], separate: [] as number[], update: [] as number[] };
  const model = network('local', shape);
  const state = initialState(model, optimizer, seed);
  const local = createTrainer(model, { backend, optimizer, state });
  try {
    const separate = await createChunkedTrainer(network('separate', shape), {
      backend,
      optimizer,
      seed,
      chunk,
    });
    try {
      for (let round = -1; round < rounds; round++) {
        signal.throwIfAborted();
        const { x, y } = drawMinibatch(data, random.foldIn(random.key(seed), round + 1), batch);
        const minibatch = { rows: batch, inputs: { x }, targets: { output: y } };
        const timed = async (name: keyof typeof times, work: () => Promise<unknown>) => {
          const started = performance.now();
          await work();
          if (round >= 0) times[name].push((performance.now() - started) / 1000);
        };
        await timed('local', () => local.run(minibatch, scales));
        let seconds = 0;
        for (let i = 0; i < chunks; i++) {
          const started = performance.now();
          await separate.accumulate(minibatch, i * chunk, scales);
          seconds += (performance.now() - started) / 1000;
          await new Promise((resolve) => setTimeout(resolve, 0));
          signal.throwIfAborted();
        }
        if (round >= 0) times.separate.push(seconds);
        await timed('update', () => separate.update(scales));
        progress((round + 2) / (rounds + 1));
      }
    } finally {
      separate.dispose();
    }
  } finally {
    local.dispose();
  }
  return { ...times, rows: chunks * chunk };
}
