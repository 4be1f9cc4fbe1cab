import { spawn } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createOnnxBackend } from '@vardrop/adapter-onnx';
import * as experiments from '@vardrop/experiments';
import { loadData } from '../../packages/cli/dist/data/loadData.js';

/**
 * Runs an experiment with as many processes as the machine has cores for, one trial and one thread each, on ONNX Runtime;
 * what `vardrop reproduce` runs one trial after the other. Another plan than the experiment's own can be given in part, as
 * JSON. Results that are in the output directory already are taken as they are.
 *
 *   node benchmarks/src/experiment.js sparsity --output DIR [--model lenet-5] [--data IDX] [--quick] [--processes 16] [--seed 1] [--plan '{"seeds":5}']
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    output: { type: 'string' },
    data: { type: 'string' },
    model: { type: 'string', default: 'lenet-300-100' },
    quick: { type: 'boolean', default: false },
    processes: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    plan: { type: 'string', default: '{}' },
    trial: { type: 'string' },
  },
});
const [name] = positionals;
const { output, quick } = values;
if (!output || (name !== 'sparsity' && name !== 'error')) {
  console.error('usage: node benchmarks/src/experiment.js sparsity|error --output DIR [options]');
  process.exit(2);
}
const started = performance.now();
const experiment = await create();
await mkdir(output, { recursive: true });
if (values.trial) await runTrial(values.trial);
else await runAll();

async function create() {
  const loaded = await loadData(values.data ? { directory: values.data } : {});
  const part = (/** @type {{ images: Float32Array, labels: ArrayLike<number> }} */ { images, labels }) => ({
    inputs: images,
    targets: labels,
  });
  const data = {
    name: loaded.name,
    inputs: loaded.width * loaded.height * loaded.channels,
    shape: [loaded.height, loaded.width, loaded.channels],
    classes: loaded.classes,
    train: part(loaded.train),
    test: part(loaded.test),
  };
  const setting = { data, quick, seed: Number(values.seed) };
  const changes = JSON.parse(values.plan);
  if (name === 'sparsity') {
    const model = /** @type {experiments.SparsityModel} */ (values.model);
    const plan = experiments.sparsityPlans[model][quick ? 'quick' : 'full'];
    return experiments.sparsityExperiment(setting, { ...plan, ...changes });
  }
  const plan = quick ? experiments.quickErrorPlan : experiments.fullErrorPlan;
  return experiments.errorExperiment(setting, { ...plan, ...changes });
}

function resultPath(/** @type {string} */ key) {
  return join(/** @type {string} */ (output), `${key}.json`);
}

async function runTrial(/** @type {string} */ key) {
  const trial = experiment.trials.find((one) => one.key === key);
  if (!trial) throw new Error(`no trial ${key}`);
  const backend = await createOnnxBackend({ device: 'native', threads: 1 });
  const result = await trial.run({
    backend,
    signal: new AbortController().signal,
    progress: () => {},
    save: (file, bytes) => writeFile(join(/** @type {string} */ (output), file), bytes),
    load: async () => undefined,
  });
  await writeFile(resultPath(key), JSON.stringify(result));
  await backend.close();
}

async function runAll() {
  const done = await Promise.all(
    experiment.trials.map(({ key }) =>
      stat(resultPath(key)).then(
        () => true,
        () => false,
      ),
    ),
  );
  // The longest first, so that none is left at the end.
  const queue = experiment.trials.filter((_, i) => !done[i]).sort((a, b) => b.cost - a.cost);
  const work = async () => {
    for (let trial = queue.shift(); trial; trial = queue.shift()) {
      const began = performance.now();
      const code = await child(trial.key);
      console.log(`${trial.key}: ${code === 0 ? 'done' : `exit code ${code}`} in ${seconds(began)} s`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.processes) }, work));
  const results = new Map();
  for (const { key } of experiment.trials) {
    const text = await readFile(resultPath(key), 'utf8').catch(() => undefined);
    if (text) results.set(key, JSON.parse(text));
  }
  if (results.size === 0) throw new Error('no trial has given a result');
  const findings = experiment.conclude(results);
  await writeFile(
    join(/** @type {string} */ (output), 'findings.json'),
    JSON.stringify({ configuration: experiment.configuration, seconds: Number(seconds(started)), findings }, null, 1),
  );
  for (const sentence of findings.sentences) console.log(sentence);
  for (const { title, columns, rows, note } of findings.tables) {
    console.log(`\n${title}`);
    for (const row of [columns, ...rows]) console.log(row.join(' | '));
    if (note) console.log(note);
  }
  console.log(`\n${seconds(started)} s, ${values.processes} processes`);
}

function child(/** @type {string} */ key) {
  return new Promise((resolve) => {
    const own = [fileURLToPath(import.meta.url), ...process.argv.slice(2), '--trial', key];
    spawn(process.execPath, own, { stdio: 'inherit' }).on('exit', resolve);
  });
}

function seconds(/** @type {number} */ since) {
  return ((performance.now() - since) / 1000).toFixed(0);
}
