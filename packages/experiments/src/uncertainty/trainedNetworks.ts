import { adam, type Dataset, fit, type Model, type Network, type Optimizer, type SwagCollector } from '@vardrop/core';
import type { TrialContext } from '../experiment.js';

/** What a method has trained, and how it predicts. */
export interface Trained {
  readonly network: Network;
  /** Networks whose average it is, for what is of one network; the network itself where there is one. */
  readonly members: readonly Network[];
  /** Predicted in one pass instead of by samples. */
  readonly mode?: 'moments';
}

/** Trains the networks of one trial, one after the other, and reports progress over all of them. */
export interface Trainer {
  train(model: Model, seed: number, options: TrainOptions): Promise<Network>;
}

/** What differs between trainings. */
export interface TrainOptions {
  readonly data: Dataset;
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly klWeight: number;
  /** Default: Adam. */
  readonly optimizer?: Optimizer;
  readonly snapshots?: SwagCollector;
}

/** A trainer for `count` networks, whose progress ends at `end` of the trial's. */
export function createTrainer({ backend, signal, progress }: TrialContext, count: number, end: number): Trainer {
  let done = 0;
  return {
    async train(model, seed, { epochs, learningRate, snapshots, optimizer = adam({ learningRate }), ...options }) {
      const { network, stopped } = await fit(model, {
        ...{ backend, seed, epochs, optimizer, signal },
        ...options,
        onEpoch: async (record, state) => {
          await snapshots?.onEpoch(record, state);
          progress((end * (done + (record.epoch + 1) / epochs)) / count);
        },
      });
      if (stopped === 'aborted') throw signal.reason;
      done += 1;
      return network;
    },
  };
}
