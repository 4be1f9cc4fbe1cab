import {
  adam,
  deserializeState,
  evaluateClassification,
  fit,
  type Likelihood,
  type Model,
  predict,
  serializeState,
  type TensorMap,
  type TrainingState,
} from '@vardrop/core';
import { modelParts } from '@vardrop/core/extend';
import type { TrialContext } from '../experiment.js';
import type { ImageData } from '../imageData.js';
import { number, type Pattern, record } from '../resultPatterns.js';

/** The times in training at which gradients are measured. */
export const snapshotNames = ['early', 'late'] as const;

/** A name of {@link snapshotNames}. */
export type SnapshotName = (typeof snapshotNames)[number];

/** How the network is trained. */
export interface SnapshotTraining {
  readonly data: ImageData;
  readonly seed: number;
  /** Epochs after which the snapshots are taken. */
  readonly epochs: Readonly<Record<SnapshotName, number>>;
  /** Images per minibatch of training. */
  readonly batch: number;
  readonly learningRate: number;
}

/** Summary of a snapshot. */
export type SnapshotSummary = {
  /** Share of test images that the predictive mean classifies wrongly. */
  readonly testError: number;
  /** α of each layer, by the layer's name. */
  readonly alphas: Readonly<Record<string, number>>;
};

/** What the results of the training match. */
export function snapshotsPattern(model: Model): Pattern {
  const alphas = Object.fromEntries(modelParts(model).map(({ name }) => [name, number(0)]));
  const summary = record({ testError: number(0, 1), alphas: record(alphas) });
  return record(Object.fromEntries(snapshotNames.map((name) => [name, summary])));
}

/** Monte-Carlo samples of the test predictive. */
const samples = 20;

const fileName = (name: SnapshotName) => `variance-${name}.safetensors`;

/**
 * Trains the network with the local estimator and keeps its states. The late snapshot continues from the early one.
 *
 * @returns the summary of each snapshot.
 */
export async function trainSnapshots(
  model: Model<Likelihood<'labels'>>,
  training: SnapshotTraining,
  context: TrialContext,
): Promise<Readonly<Record<SnapshotName, SnapshotSummary>>> {
  const { data, seed, epochs, batch, learningRate } = training;
  const summaries: Partial<Record<SnapshotName, SnapshotSummary>> = {};
  let state: TrainingState | undefined;
  for (const name of snapshotNames) {
    const result = await fit(model, {
      backend: context.backend,
      data: data.train,
      optimizer: adam({ learningRate }),
      epochs: epochs[name],
      batch,
      seed,
      state,
      signal: context.signal,
      onEpoch: ({ epoch }) => context.progress((epoch + 1) / epochs.late),
    });
    if (result.stopped === 'aborted') throw context.signal.reason;
    state = result.state;
    summaries[name] = await summarize(model, data, state, context);
    await context.save(fileName(name), serializeState(state));
  }
  return summaries as Record<SnapshotName, SnapshotSummary>;
}

/** The parameters of a snapshot: those that an earlier trial has saved, else trained again. */
export async function loadSnapshot(
  name: SnapshotName,
  model: Model<Likelihood<'labels'>>,
  training: SnapshotTraining,
  context: TrialContext,
): Promise<TensorMap> {
  const kept = await context.load(fileName(name));
  if (kept) return deserializeState(kept).state.parameters;
  await trainSnapshots(model, training, { ...context, progress: () => {} });
  return deserializeState((await context.load(fileName(name))) as Uint8Array).state.parameters;
}

async function summarize(
  model: Model<Likelihood<'labels'>>,
  data: ImageData,
  state: TrainingState,
  { backend, signal }: TrialContext,
): Promise<SnapshotSummary> {
  const { parameters, seed } = state;
  const prediction = await predict(model, {
    backend,
    parameters,
    inputs: data.test.inputs,
    samples,
    seed,
    signal,
  });
  const alphas = model.layers.flatMap(({ name }) => {
    const rho = parameters[`${name}/rho`]?.data;
    return rho ? [[name, 1 / (1 + Math.exp(-rho[0]))] as const] : [];
  });
  return {
    testError: evaluateClassification(prediction, Int32Array.from(data.test.targets)).error,
    alphas: Object.fromEntries(alphas),
  };
}
