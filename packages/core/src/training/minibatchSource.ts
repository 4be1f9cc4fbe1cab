import type { Minibatch } from './minibatch.js';
import type { FitWarning } from './trainOptions.js';

/** Where `fit` takes its minibatches from: data in memory, or a stream. */
export interface MinibatchSource {
  readonly rows: number;
  /** The sum of the weights of the rows, or their number: the N of the bound. */
  readonly weightSum: number;
  /** Tells data apart, for resuming. */
  readonly digest: string;
  /** Whether other work has to go on while a step computes. */
  readonly waits: boolean;
  /** The minibatches of an epoch from row `from` of its order on. `warn` is called for likely mistakes that are found on the way. */
  minibatches(epoch: number, from: number, warn: (warning: FitWarning) => Promise<void>): AsyncIterable<Minibatch>;
}
