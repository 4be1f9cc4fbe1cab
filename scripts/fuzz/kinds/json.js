import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  compareBenchReports,
  errorExperiment,
  readBenchReport,
  sparsityExperiment,
  speedExperiment,
  varianceExperiment,
} from '@vardrop/experiments';
import { openResults } from '../../../packages/cli/dist/reproduce/resultsFile.js';
import { mutateBytes } from '../mutateBytes.js';
import { mutateJson } from '../mutateJson.js';

const part = { inputs: new Float32Array(12 * 3), targets: Array.from({ length: 12 }, (_, i) => i % 2) };
const data = { name: 'points', inputs: 3, classes: 2, train: part, test: part };
const setting = { data, quick: true, seed: 1 };

const variances = Object.fromEntries(
  ['local', 'separate', 'single', 'none'].map((name) => [name, { top: 2, bottom: 3 }]),
);
const snapshot = { testError: 0.5, alphas: { dense1: 0.1, dense2: 0.1, dense3: 0.1 } };
const sparse = {
  network: 'sparse',
  unprunedError: 2,
  error: 2,
  tunedError: 2,
  tunedNonZero: 5,
  weightsStored: 9,
  bytes: 99,
};
const layer = { weights: 9, nonZero: 3, units: 3, unitsLeft: 2 };
/** Experiments, and a result for each trial. */
const experiments = [
  {
    experiment: varianceExperiment({
      data,
      seed: 1,
      units: [4, 4],
      minibatch: 6,
      epochs: { early: 1, late: 2 },
      trainingBatch: 6,
      learningRate: 0.01,
      groups: 2,
      drawsPerGroup: 2,
      groupsPerTrial: 1,
    }),
    result: (key) => (key === 'training' ? { early: snapshot, late: snapshot } : [{ ...variances, conditional: 1 }]),
  },
  {
    experiment: speedExperiment({ data, seed: 1, cases: [{ width: 4, batch: 3 }], rounds: 2, share: 1, epoch: 12 }),
    result: () => ({ local: [1, 2], separate: [3, 4], rows: 3, update: [1, 1] }),
  },
  {
    experiment: errorExperiment(setting, { epochs: 1, batch: 6, learningRate: 0.1, widths: [{ width: 4, seeds: 1 }] }),
    result: (key) => {
      const [, model, width, seed] = /^(.*)-(\d+)-(\d+)$/.exec(key);
      return { model, width: Number(width), seed: Number(seed), error: 5, dataTerm: 0.1, alphas: [0.5] };
    },
  },
  {
    experiment: sparsityExperiment(setting),
    result: (key) => {
      const [network, seed] = key.split('-');
      if (network === 'dense') return { network, seed: Number(seed), error: 3, bytes: 999 };
      return { ...sparse, seed: Number(seed), layers: [layer, layer, layer] };
    },
  },
];
const configuration = { backend: 'reference', seed: 1 };
const kept = experiments.map(({ experiment, result }) => ({
  experiment,
  content: {
    format: 'vardrop experiment',
    version: 1,
    experiment: experiment.name,
    configuration,
    files: { 'a.safetensors': 'digest' },
    results: Object.fromEntries(experiment.trials.map(({ key }) => [key, result(key)])),
  },
}));
for (const { experiment, content } of kept) {
  const foreign = experiment.trials.find(({ key, accepts }) => !accepts(content.results[key]));
  if (foreign) throw new Error(`the results of ${experiment.name} are not its own: ${foreign.key}`);
}

const times = { repetitions: 9, medianMs: 2, minMs: 1, p10Ms: 1, p90Ms: 3, firstMs: 9, gflops: 1, matmulShare: 0.5 };
const report = {
  version: 1,
  machine: { description: 'a processor', runtime: 'Node', cores: 2 },
  options: { repetitions: 9, budgetSeconds: 5 },
  workloads: [{ name: 'small', widths: [3, 4, 2], batch: 6 }],
  backends: [{ name: 'reference', startMs: 1, memory: null }],
  unavailable: [],
  leftOut: [],
  results: [
    {
      backend: 'reference',
      workload: 'small',
      variant: 'local',
      ...times,
      ratioToDeterministic: 2,
      millionNormals: null,
    },
  ],
  recommendation: null,
  interrupted: false,
};

let folder;

/** Results of experiments, and reports of the benchmark: their JSON, or its bytes. */
export const json = {
  make(source) {
    const chosen = source.pick([...kept, { content: report }]);
    const text =
      source.below(4) === 0
        ? new TextDecoder().decode(mutateBytes(new TextEncoder().encode(JSON.stringify(chosen.content)), source))
        : JSON.stringify(mutateJson(chosen.content, source));
    return { experiment: chosen.experiment, text };
  },
  async read({ experiment, text }) {
    if (!experiment) {
      compareBenchReports(readBenchReport(text, 'file'), report);
      return undefined;
    }
    folder ??= mkdtempSync(join(tmpdir(), 'vardrop-fuzz-'));
    writeFileSync(join(folder, `${experiment.name}.json`), text);
    const { results } = await openResults(folder, experiment, configuration);
    if (results.size === 0) return undefined;
    const { tables } = experiment.conclude(results);
    return tables.every(({ rows, columns }) => rows.every((row) => row.length === columns.length))
      ? undefined
      : 'a table with holes';
  },
  end() {
    if (folder) rmSync(folder, { recursive: true });
    folder = undefined;
  },
};
