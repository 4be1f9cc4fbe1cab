import {
  type Backend,
  type ClassificationMetrics,
  type ClassificationPrediction,
  evaluateClassification,
  type Likelihood,
  type Model,
  predict,
  serializeState,
  type TrainingState,
} from '@vardrop/core';
import { modelParts } from '@vardrop/core/extend';
import { elementCount } from '@vardrop/core/program';
import { startBackend } from '../backends/startBackend.js';
import type { Train } from '../commandTypes.js';
import { digestOf } from '../data/digestOf.js';
import type { ImageDataset } from '../data/imageDataset.js';
import { loadData } from '../data/loadData.js';
import { writeOutput } from '../files/output.js';
import { loadLayers } from '../layers/layerPlan.js';
import { inputAlphaOf } from '../report/inputAlpha.js';
import type { ComparedRun, TrainingReport } from '../report/trainingReport.js';
import { describeLayers, totalSparsity } from '../training/describeLayers.js';
import { heldOut } from '../training/holdOut.js';
import { type MetricsLog, metricsLog } from '../training/metricsLog.js';
import { mostUncertain } from '../training/mostUncertain.js';
import { buildNetwork } from '../training/network.js';
import { checkpointMetadata, resumeTraining } from '../training/resumeState.js';
import { stateOfFailure, type TrainedNetwork, trainNetwork } from '../training/trainNetwork.js';
import type { TrainOptions } from '../trainOptions.js';

/** The noise models that `--compare` trains, in the order of the paper's figure 1. */
const compared = ['none', 'bernoulli', 'gaussian-a', 'gaussian-b', 'variational-a', 'variational-b'] as const;

/** One network, trained and measured on the test images. */
interface Run {
  readonly options: TrainOptions;
  readonly model: Model<Likelihood<'labels'>>;
  readonly trained: TrainedNetwork;
  readonly prediction: ClassificationPrediction;
  readonly metrics: ClassificationMetrics;
  readonly summary: ComparedRun;
}

/**
 * `vardrop train`: trains a classifier on the training images and measures it, once, on the test images. With
 * `--compare` it trains the paper's noise models one after the other; the report shows the last of them in full.
 */
export const train: Train = async (asked, ui, signal) => {
  const resumed = asked.resume === undefined ? undefined : await resumeTraining(asked.resume, asked);
  const options = resumed?.options ?? asked;
  const data = await loadData({ directory: options.data });
  const choices = options.compare
    ? compared.map((noise) => ({ ...options, noise, ...(noise === 'none' && { rate: undefined }) }))
    : [options];
  const image = [data.height, data.width, data.channels];
  const sizes = { inputs: elementCount(image), classes: data.classes, image };
  const layersGiven = resumed === undefined || asked.given?.includes('layers') !== false;
  const layers = layersGiven ? await loadLayers(options.layers) : undefined;
  // All options are checked before the first network is trained.
  const planned = choices.map((choice) => ({
    choice,
    model: layers === undefined && resumed ? resumed.model : buildNetwork({ ...choice, layers: layers ?? [] }, sizes),
  }));
  for (const { model } of planned) resumed?.checkModel(model);
  // Hashed once, and only if needed, since data may be large.
  const digest = resumed || options.checkpoint !== undefined ? await digestOf(data) : '';
  resumed?.checkData(data, digest);
  const backend = await startBackend('vardrop train', options.backend);
  const log = metricsLog(options.log);
  try {
    const runs: Run[] = [];
    for (const { choice, model } of planned) {
      if (signal.aborted) break;
      runs.push(await trainAndTest(choice, model, { backend, data, digest, state: resumed?.state, ui, signal, log }));
    }
    if (runs.length === 0) throw signal.reason;
    const interrupted = runs.length < planned.length || runs.some(({ trained }) => trained.stopped === 'aborted');
    const report = reportOf(runs, data, interrupted);
    await log.summary(report);
    return report;
  } finally {
    await log.close();
    await backend.close();
  }
};

async function trainAndTest(
  options: TrainOptions,
  model: Model<Likelihood<'labels'>>,
  around: {
    readonly backend: Backend;
    readonly data: ImageDataset;
    readonly digest: string;
    readonly state: TrainingState | undefined;
    readonly ui: Parameters<Train>[1];
    readonly signal: AbortSignal;
    readonly log: MetricsLog;
  },
): Promise<Run> {
  const { backend, data, digest } = around;
  const started = performance.now();
  const path = options.checkpoint;
  const save =
    path === undefined
      ? undefined
      : (state: TrainingState) => {
          const bytes = serializeState(state, checkpointMetadata(options, model, data, digest));
          return writeOutput({ option: '--checkpoint', path }, bytes);
        };
  const trained = await trainNetwork(model, { ...around, options, name: options.noise, save }).catch(async (error) => {
    const good = stateOfFailure(error);
    if (good) await save?.(good);
    throw error;
  });
  await save?.(trained.state);
  const prediction = await predict(model, {
    backend,
    parameters: trained.state.parameters,
    inputs: data.test.images,
    samples: options.samples,
    seed: options.seed,
    // This signal is never raised: after Ctrl-C the network is still measured. With a signal, prediction yields to the event
    // loop, so that a second Ctrl-C is noticed.
    signal: new AbortController().signal,
  });
  const metrics = evaluateClassification(prediction, data.test.labels);
  const last = trained.epochs.at(-1);
  const summary: ComparedRun = {
    testError: metrics.error,
    nll: metrics.nll,
    brier: metrics.brier,
    ece: metrics.ece,
    dataTerm: last?.dataTerm ?? Number.NaN,
    kl: last?.kl ?? Number.NaN,
    sparsity: totalSparsity(model, trained.state.parameters),
    seconds: (performance.now() - started) / 1000,
    backend: options.backend,
    noise: options.noise,
    seed: options.seed,
    testCount: data.test.count,
    epochs: trained.epochs,
  };
  return { options, model, trained, prediction, metrics, summary };
}

function reportOf(runs: readonly Run[], data: ImageDataset, interrupted: boolean): TrainingReport {
  const shown = runs[runs.length - 1];
  const { options, model, trained, prediction, metrics, summary } = shown;
  const layers = describeLayers(model, trained.state.parameters);
  const { epochs: _, ...measures } = summary;
  return {
    configuration: configurationOf(options, model, data),
    summary: measures,
    epochs: trained.epochs,
    layers,
    reliability: { bins: metrics.reliability, ece: metrics.ece },
    inputAlpha: model.layers[0].kind === 'dense' ? inputAlphaOf(layers[0], data.width, data.height) : undefined,
    uncertain: mostUncertain(prediction, data),
    ...(runs.length > 1 && { runs: runs.map((run) => run.summary) }),
    ...(interrupted && { interrupted }),
  };
}

function configurationOf(options: TrainOptions, model: Model, data: ImageDataset): TrainingReport['configuration'] {
  const [linear] = modelParts(model).map(({ part }) => part);
  return {
    data: data.name,
    'training images': data.train.count,
    'of which held out': heldOut(data.train.count),
    'test images': data.test.count,
    backend: options.backend,
    noise: options.noise,
    alpha: linear?.noise.alpha ?? 'none learned',
    estimator: linear?.estimator.name ?? '',
    divergence: linear?.divergence?.name ?? 'none',
    layers: model.layers.map(({ outputShape }) => outputShape.join('×')).join(', '),
    epochs: options.epochs,
    batch: options.batch,
    'learning rate': options.learningRate,
    'KL weight': options.klWeight,
    samples: options.samples,
    seed: options.seed,
  };
}
