import {
  type Backend,
  lastLayerLaplace,
  type Model,
  type Network,
  serializeState,
  type TrainingState,
} from '@vardrop/core';
import type { TaskData } from '../data/taskData.js';
import { evaluateTask, samplesOf, type TaskEvaluation } from '../evaluation/evaluateTask.js';
import { writeOutput } from '../files/output.js';
import type { Progress } from '../progress.js';
import type { ComparedRun } from '../report/trainingReport.js';
import type { TrainOptions } from '../trainOptions.js';
import { totalSparsity } from './describeLayers.js';
import type { MetricsLog } from './metricsLog.js';
import { checkpointMetadata } from './resumeState.js';
import { stateOfFailure, type TrainedNetwork, trainNetwork } from './trainNetwork.js';

/** A network to be trained, and what it is trained with. */
export interface PlannedRun {
  /** How progress and comparisons call it. */
  readonly label: string;
  readonly options: TrainOptions;
  readonly model: Model;
  readonly data: TaskData;
}

/** One network, trained and measured on the test rows. */
export interface Run extends PlannedRun {
  readonly trained: TrainedNetwork;
  readonly network: Network;
  readonly evaluation: TaskEvaluation;
  readonly summary: ComparedRun;
}

/** What all runs of a command share. */
export interface RunSurroundings {
  readonly backend: Backend;
  /** Of the data; empty where no checkpoint is written. */
  readonly digest: string;
  /** The state to go on from. */
  readonly state?: TrainingState;
  readonly ui: Progress;
  readonly signal: AbortSignal;
  readonly log: MetricsLog;
}

/**
 * Trains a network, writes its checkpoint after each epoch and its network file at the end, and measures it on the test rows. The
 * last good state is written where training fails.
 */
export async function trainAndTest(planned: PlannedRun, around: RunSurroundings): Promise<Run> {
  const { label, options, model, data } = planned;
  const { digest } = around;
  const started = performance.now();
  const path = options.checkpoint;
  const save =
    path === undefined
      ? undefined
      : (state: TrainingState) => {
          const bytes = serializeState(state, checkpointMetadata(options, model, data, digest));
          return writeOutput({ option: '--checkpoint', path }, bytes);
        };
  const trained = await trainNetwork(model, { ...around, data, options, name: label, save }).catch(async (error) => {
    const good = stateOfFailure(error);
    if (good) await save?.(good);
    throw error;
  });
  await save?.(trained.state);
  const network = await withPosterior(trained, planned, around);
  return testNetwork(network, { trained, started }, planned);
}

/** Writes the network file of a trained network, and measures it on the test rows. */
export async function testNetwork(
  network: Network,
  { trained, started }: { readonly trained: TrainedNetwork; readonly started: number },
  { label, options, model, data }: PlannedRun,
): Promise<Run> {
  if (options.network !== undefined) {
    await writeOutput({ option: '--network', path: options.network }, network.toBytes());
  }
  const { seed } = options;
  const evaluation = await evaluateTask(network, data.test, data, {
    samples: samplesOf(network, options.samples),
    seed,
  });
  const last = trained.epochs.at(-1);
  const summary: ComparedRun = {
    ...evaluation.measures,
    dataTerm: last?.dataTerm ?? Number.NaN,
    kl: last?.kl ?? Number.NaN,
    sparsity: totalSparsity(model, trained.state.parameters),
    seconds: (performance.now() - started) / 1000,
    backend: options.backend,
    noise: options.noise,
    seed: options.seed,
    testCount: evaluation.count,
    epochs: trained.epochs,
    ...(label !== options.noise && { label }),
  };
  return { label, options, model, data, trained, network, evaluation, summary };
}

/** The trained network, with the posterior that the options ask for. */
async function withPosterior(
  { network, stopped, snapshots }: TrainedNetwork,
  { options, data }: PlannedRun,
  { ui }: RunSurroundings,
): Promise<Network> {
  if (options.laplace !== undefined) {
    const prior = options.laplace === 'auto' ? 'marginalLikelihood' : options.laplace;
    return lastLayerLaplace(network, { data: data.train.data, prior });
  }
  if (snapshots === undefined) return network;
  if (stopped === 'aborted' && snapshots.count() < 2) {
    ui.note('Too few epochs for --swag: the network is the last one, without a posterior.');
    return network;
  }
  return snapshots.network(network);
}
