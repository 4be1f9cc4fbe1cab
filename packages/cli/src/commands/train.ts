import type { ParameterPosterior } from '@vardrop/core';
import { modelParts } from '@vardrop/core/extend';
import { startBackend } from '../backends/startBackend.js';
import type { Train } from '../commandTypes.js';
import { digestOf } from '../data/digestOf.js';
import { loadTaskData } from '../data/loadTaskData.js';
import { foldsOfTable, type LoadedData, splitWhole } from '../data/tableData.js';
import { likelihoodOf } from '../data/task.js';
import type { TaskData } from '../data/taskData.js';
import { columnAlphas } from '../evaluation/columnAlphas.js';
import { samplesOf } from '../evaluation/evaluateTask.js';
import { type LayerPlan, loadLayers } from '../layers/layerPlan.js';
import { inputAlphaOf } from '../report/inputAlpha.js';
import type { Several } from '../report/severalRuns.js';
import type { TrainingReport, TriedNetwork } from '../report/trainingReport.js';
import { describeLayers } from '../training/describeLayers.js';
import { membersOf, withEnsemble } from '../training/ensembleRuns.js';
import { metricsLog } from '../training/metricsLog.js';
import { buildNetwork } from '../training/network.js';
import { type ResumedTraining, resumeTraining } from '../training/resumeState.js';
import { searchNetworks } from '../training/searchNetworks.js';
import { type PlannedRun, type Run, type RunSurroundings, trainAndTest } from '../training/trainAndTest.js';
import type { TrainOptions } from '../trainOptions.js';

/** The noise models that `--compare` trains, in the order of the paper's figure 1. */
const compared = ['none', 'bernoulli', 'gaussian-a', 'gaussian-b', 'variational-a', 'variational-b'] as const;

/**
 * `vardrop train`: trains a network on the training rows and measures it, once, on the test rows. With `--compare` it trains the
 * paper's noise models one after the other, with `--folds` a network for each fold; the report shows the last of them in full. With
 * `--trials` it first searches for the network with the least validation NLL.
 */
export const train: Train = async (asked, ui, signal) => {
  const resumed = asked.resume === undefined ? undefined : await resumeTraining(asked.resume, asked);
  const options = resumed?.options ?? asked;
  const loaded = await loadTaskData(options);
  const layersGiven = resumed === undefined || asked.given?.includes('layers') !== false;
  const layers = layersGiven ? await loadLayers(options.layers) : undefined;
  // All options are checked before the first network is trained.
  const planned = plan(options, loaded, layers, resumed);
  const [{ data }] = planned;
  for (const note of data.notes) ui.note(note);
  // Hashed once, and only if needed, since data may be large.
  const hashed = resumed !== undefined || options.checkpoint !== undefined || options.trials !== undefined;
  const digest = hashed ? await digestOf(data.digested) : '';
  resumed?.checkData(data, digest);
  const backend = await startBackend('vardrop train', options.backend);
  const log = metricsLog(options.log);
  try {
    const around: RunSurroundings = { backend, digest, state: resumed?.state, ui, signal, log };
    const search = options.trials === undefined ? undefined : await searchNetworks(planned[0], layers ?? [], around);
    const chosen = search ? [search.best] : planned;
    const runs = options.ensemble === undefined ? chosen : membersOf(chosen[0], options.ensemble);
    const report = await runAll(runs, around, options, search?.tried);
    await log.summary(report);
    return report;
  } finally {
    await log.close();
    await backend.close();
  }
};

/** The networks of a command, which are trained one after the other. */
function plan(
  options: TrainOptions,
  loaded: LoadedData,
  layers: LayerPlan | undefined,
  resumed: ResumedTraining | undefined,
): readonly PlannedRun[] {
  const planned = (label: string, choice: TrainOptions, data: TaskData): PlannedRun => {
    const likelihood = likelihoodOf(data.task);
    const sizes = { inputs: data.inputs, outputs: data.task.outputs, image: data.image };
    const model =
      layers === undefined && resumed
        ? resumed.model
        : buildNetwork({ ...choice, layers: layers ?? [] }, sizes, likelihood);
    resumed?.checkModel(model);
    return { label, options: choice, model, data };
  };
  if (options.folds !== undefined) {
    return foldsOfTable(loaded, options.folds, options.seed).map((data, i) => planned(`fold ${i + 1}`, options, data));
  }
  const data = loaded.kind === 'table' ? splitWhole(loaded) : loaded.data;
  const choices = options.compare
    ? compared.map((noise) => ({ ...options, noise, ...(noise === 'none' && { rate: undefined }) }))
    : [options];
  return choices.map((choice) => planned(choice.noise, choice, data));
}

async function runAll(
  planned: readonly PlannedRun[],
  around: RunSurroundings,
  options: TrainOptions,
  tried: readonly TriedNetwork[] | undefined,
): Promise<TrainingReport> {
  const { signal } = around;
  const runs: Run[] = [];
  for (const each of planned) {
    if (signal.aborted) break;
    runs.push(await trainAndTest(each, around));
  }
  if (runs.length === 0) throw signal.reason;
  const interrupted = runs.length < planned.length || runs.some(({ trained }) => trained.stopped === 'aborted');
  const shown = options.ensemble === undefined ? runs : await withEnsemble(runs, options);
  const report = reportOf(shown, interrupted, severalOf(options));
  return tried === undefined ? report : { ...report, tried };
}

function severalOf({ folds, ensemble }: TrainOptions): Several {
  if (ensemble !== undefined) return 'ensemble';
  return folds === undefined ? 'comparison' : 'folds';
}

function reportOf(runs: readonly Run[], interrupted: boolean, several: Several): TrainingReport {
  const shown = runs[runs.length - 1];
  const { model, data, trained, evaluation, summary } = shown;
  const layers = describeLayers(model, trained.state.parameters);
  const { epochs: _, label: __, ...measures } = summary;
  const first = model.layers[0].kind === 'dense' ? layers[0] : undefined;
  const alphas = data.preprocessing && first && columnAlphas(first, data.preprocessing);
  return {
    configuration: configurationOf(shown),
    summary: measures,
    epochs: trained.epochs,
    layers,
    one: data.one,
    notes: data.notes,
    ...evaluation.sections,
    ...(alphas && { columns: alphas }),
    ...(data.shown && first && { inputAlpha: inputAlphaOf(first, data.shown.width, data.shown.height) }),
    ...(runs.length > 1 && { runs: runs.map((run) => run.summary), several }),
    ...(interrupted && { interrupted }),
  };
}

/** The posterior that predictions average over, in words. */
function posteriorText({ kind, settings }: ParameterPosterior): string {
  const { members, rank, covariance, precision } = settings;
  switch (kind) {
    case 'ensemble':
      return `ensemble of ${members}`;
    case 'swag':
      return `SWAG of rank ${rank}`;
    case 'laplace':
      return `last-layer Laplace, ${covariance}, precision ${Number(precision).toPrecision(4)}`;
  }
}

function configurationOf({ options, model, data, network }: Run): TrainingReport['configuration'] {
  const [linear] = modelParts(model).map(({ part }) => part);
  const { train, validation, test, one, task } = data;
  return {
    data: data.name,
    [`training ${one}s`]: train.rows,
    [`validation ${one}s`]: validation?.rows ?? 0,
    [`test ${one}s`]: test.rows,
    ...(one === 'row' && { target: task.targets.join(', '), inputs: data.inputs }),
    likelihood: task.likelihood,
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
    samples: samplesOf(network, options.samples),
    seed: options.seed,
    ...(network.posterior && { posterior: posteriorText(network.posterior) }),
  };
}
