import type { Experiment, ImageData, SparsitySetting, UncertaintySetting } from '@vardrop/experiments';
import { startBackend } from '../backends/startBackend.js';
import type { Reproduce } from '../commandTypes.js';
import { digestOf } from '../data/digestOf.js';
import type { ImageDataset, ImageSplit } from '../data/imageDataset.js';
import { loadData } from '../data/loadData.js';
import type { ReproductionReport } from '../report/reproductionReport.js';
import { type ExperimentName, experiments } from '../reproduce/experiments.js';
import { openResults } from '../reproduce/resultsFile.js';
import { type OpenExperiment, runTrials } from '../reproduce/runTrials.js';

/** Experiments by name, loaded on demand. Only sparsity is given a `model`, and uncertainty `foreign` images. */
export type ExperimentTable = Readonly<
  Record<ExperimentName, () => Promise<(setting: SparsitySetting & UncertaintySetting) => Experiment>>
>;

/**
 * `vardrop reproduce` over a table of experiments: runs the missing trials and reports the findings. All experiments are
 * checked before the first trial runs.
 *
 * @throws VardropError as the data, the experiments, `openResults` and the backend do.
 */
export function createReproduce(table: ExperimentTable): Reproduce {
  return async (options, progress, signal) => {
    const loaded = await loadData({ directory: options.data });
    const data = imageData(loaded);
    const made: Experiment[] = [];
    const { quick, seed, model } = options;
    const foreign =
      options.foreign === undefined ? undefined : imageData(await loadData({ directory: options.foreign }));
    for (const name of options.experiments) {
      made.push(
        (await table[name]())({
          data,
          quick,
          seed,
          ...(name === 'sparsity' && { model }),
          ...(name === 'uncertainty' && foreign && { foreign }),
        }),
      );
    }
    const common = {
      backend: options.backend,
      data: {
        name: loaded.name,
        train: loaded.train.count,
        test: loaded.test.count,
        digest: await digestOf(arraysOf(loaded)),
      },
      quick,
      seed,
    };
    const open: OpenExperiment[] = [];
    for (const experiment of made) {
      const file = await openResults(options.output, experiment, { ...common, ...experiment.configuration });
      open.push({ experiment, file });
    }
    const createBackend = () => startBackend('vardrop reproduce', options.backend);
    const complete = await runTrials(open, { createBackend, progress, signal });
    return reportOf(options.backend, open, complete, signal);
  };
}

/** `vardrop reproduce`. */
export const reproduce: Reproduce = createReproduce(experiments);

function reportOf(
  backend: string,
  open: readonly OpenExperiment[],
  complete: boolean,
  signal: AbortSignal,
): ReproductionReport {
  const begun = open.filter(({ file }) => file.results.size > 0);
  if (begun.length === 0) throw signal.reason;
  return {
    backend,
    interrupted: !complete,
    experiments: begun.map(({ experiment, file }) => ({
      name: experiment.name,
      path: file.path,
      configuration: file.configuration,
      trials: experiment.trials.length,
      done: file.results.size,
      findings: experiment.conclude(file.results),
    })),
  };
}

/** Values by which data are told from others. */
const arraysOf = ({ train, test }: ImageDataset) => [train.images, train.labels, test.images, test.labels];

/** The images as experiments take them: pixels in a row. */
function imageData(data: ImageDataset): ImageData {
  const dataset = ({ images, labels }: ImageSplit) => ({ inputs: images, targets: labels });
  return {
    name: data.name,
    inputs: data.width * data.height * data.channels,
    shape: [data.height, data.width, data.channels],
    classes: data.classes,
    train: dataset(data.train),
    test: dataset(data.test),
  };
}
