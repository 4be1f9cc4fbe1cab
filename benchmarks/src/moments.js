import { cpus } from 'node:os';
import { createWasmBackend } from '@vardrop/adapter-wasm';
import {
  adam,
  bernoulli,
  createPredictor,
  dense,
  evaluateClassification,
  fit,
  gaussian,
  sequential,
  sparseVariational,
  variationalDropout,
} from '@vardrop/core';
import { compileProgram } from '@vardrop/core/backend';
import { momentsProgram } from '@vardrop/core/extend';
import { createBuilder } from '@vardrop/core/program';
import { loadDigits } from '../../examples/common/loadDigits.js';
import { option } from './commandLine.js';

// Predictions by moments beside many samples: a network of 784, 300, 100 and 10 units, trained on 4,000 digits, tried on 1,000. Then what
// moments cost beside their matrix products alone.
//   nice node benchmarks/src/moments.js [--epochs 15] [--samples 4096] [--rows 1000]    four minutes on two cores

const epochs = Number(option('--epochs', '15'));
const samples = Number(option('--samples', '4096'));
const rows = Number(option('--rows', '1000'));
const backend = await createWasmBackend();
const { train: data, test } = await loadDigits({ train: 4000, test: rows });
const units = [784, 300, 100, 10];

/** @param {import('@vardrop/core').NoiseModel} noise */
const modelOf = (noise) =>
  sequential({
    input: [784],
    noise,
    layers: [
      dense({ units: 300, activation: 'relu' }),
      dense({ units: 100, activation: 'relu' }),
      dense({ units: 10 }),
    ],
  });

/** @type {Record<string, [import('@vardrop/core').NoiseModel, number]>} */
const noises = {
  'sparse variational, KL 0.1': [sparseVariational(), 0.1],
  'sparse variational': [sparseVariational(), 1],
  'variational A, α of a layer': [variationalDropout({ type: 'A', alpha: 'layer' }), 1],
  'variational B, α of a weight': [variationalDropout({ type: 'B', alpha: 'weight' }), 1],
  'fixed dropout 0.2': [bernoulli({ rate: 0.2 }), 0],
  'fixed dropout 0.5': [bernoulli({ rate: 0.5 }), 0],
};

console.log(`${cpus()[0].model}, Node ${process.version}, ${epochs} epochs, ${rows} rows, ${samples} samples\n`);
console.log('| | nll | ece % | error % | mutual information | ms |\n|---|---|---|---|---|---|');
for (const [name, [noise, klWeight]] of Object.entries(noises)) {
  const common = { backend, data, batch: 100, epochs, seed: 1, klWeight, optimizer: adam() };
  const { network } = await fit(modelOf(noise), common);
  /** @type {[string, Omit<import('@vardrop/core').PredictorOptions, 'backend'>][]} */
  const ways = [
    [`${samples} samples`, { samples }],
    ['32 samples', {}],
    ['moments', { mode: 'moments' }],
    ['moments, no covariance', { mode: 'moments', moments: { covariance: false } }],
    ['means of the weights', { mode: 'mean' }],
  ];
  for (const [way, options] of ways) {
    const predictor = createPredictor(network.model, { backend, ...options });
    const uploaded = Object.fromEntries(
      Object.entries(network.parameters).map(([key, { data, shape }]) => [key, backend.upload(data, shape)]),
    );
    // Compiled at the first run, which with many samples counts little.
    if (options.samples === undefined) await predictor.run(uploaded, test.inputs);
    const start = performance.now();
    const prediction = await predictor.run(uploaded, test.inputs);
    const time = performance.now() - start;
    predictor.dispose();
    for (const tensor of Object.values(uploaded)) backend.dispose(tensor);
    const { nll, ece, error } = evaluateClassification(prediction, test.targets);
    const information = prediction.mutualInformation.reduce((sum, value) => sum + value, 0) / rows;
    const cells = [
      nll.toFixed(4),
      (100 * ece).toFixed(2),
      (100 * error).toFixed(1),
      information.toFixed(4),
      time.toFixed(0),
    ];
    console.log(`| ${name}: ${way} | ${cells.join(' | ')} |`);
  }
}

// Regression: a sine with noise. How far deviations of the mean by moments are from those of samples, where there were data and away from them.
const sine = Float32Array.from({ length: 500 }, (_, i) => -2 + (4 * i) / 499);
const heights = Array.from(sine, (x, i) => Math.sin(2 * x) + 0.1 * Math.sin(1e4 * i * i));
const asked = Float32Array.from({ length: 121 }, (_, i) => -6 + i / 10);
console.log('\n| regression: deviation by moments / by samples | mean | smallest | largest |\n|---|---|---|---|');
for (const activation of /** @type {const} */ (['relu', 'tanh'])) {
  for (const [name, noise] of Object.entries({
    sparse: sparseVariational(),
    'variational B': variationalDropout({ type: 'B', alpha: 'weight' }),
  })) {
    const network = sequential({
      input: [1],
      noise,
      layers: [dense({ units: 50, activation }), dense({ units: 50, activation }), dense({ units: 1 })],
      likelihood: gaussian(),
    });
    const options = {
      backend,
      data: { inputs: sine, targets: heights },
      batch: 50,
      epochs: 200,
      seed: 1,
      optimizer: adam({ learningRate: 0.01 }),
    };
    const fitted = (await fit(network, options)).network;
    const drawn = await fitted.predict(asked, { samples: Math.min(samples, 10_000) });
    const carried = await fitted.predict(asked, { mode: 'moments' });
    const ratios = [...carried.epistemicVariance].map((v, i) => Math.sqrt(v / drawn.epistemicVariance[i]));
    const mean = ratios.reduce((sum, value) => sum + value, 0) / ratios.length;
    const cells = [mean, Math.min(...ratios), Math.max(...ratios)].map((value) => value.toFixed(3));
    console.log(`| ${activation}, ${name} | ${cells.join(' | ')} |`);
  }
}

/** Matrix products of moments alone: two in the first layer, three in the others. */
function products() {
  const b = createBuilder('products');
  const first = b.input('x', ['batch', 784]);
  let [mean, variance, power] = [first, first, first];
  units.slice(1).forEach((width, i) => {
    const weights = b.input(`dense${i + 1}/weights`, [units[i], width]);
    const variances = b.input(`dense${i + 1}/logVariance`, [units[i], width]);
    const next = [b.matmul(mean, weights), b.matmul(power, variances)];
    if (i > 0) next.push(b.matmul(variance, weights));
    [mean, power] = next;
    variance = next[2] ?? next[1];
  });
  b.output('mean', mean);
  b.output('power', power);
  b.output('variance', variance);
  return b.build();
}

const model = modelOf(sparseVariational());
const programs = {
  products: products(),
  'no covariance': momentsProgram(model, { covariance: false }),
  covariance: momentsProgram(model),
};
const shapes = Object.fromEntries(model.parameters.map(({ name, shape }) => [name, shape]));
const tensors = Object.fromEntries(
  Object.entries({ x: [rows, 784], ...shapes }).map(([name, shape]) => [
    name,
    backend.upload(
      Float32Array.from({ length: shape.reduce((n, axis) => n * axis, 1) }, (_, i) =>
        name.endsWith('logVariance') ? -6 : Math.sin(i) / 30,
      ),
      [...shape],
    ),
  ]),
);
/** @type {Record<string, number[]>} */
const times = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
const compiled = await Promise.all(
  Object.entries(programs).map(async ([name, program]) => ({
    name,
    program: await compileProgram(backend, program, { batch: rows }),
  })),
);
for (let turn = 0; turn < 25; turn++) {
  for (const { name, program } of compiled) {
    const start = performance.now();
    const { outputs } = program.run(tensors, [{}]);
    for (const tensor of Object.values(outputs[0])) await backend.read(tensor);
    times[name].push(performance.now() - start);
    for (const tensor of Object.values(outputs[0])) backend.dispose(tensor);
  }
}
/** @param {number[]} values */
const median = (values) => values.slice(5).sort((x, y) => x - y)[Math.floor((values.length - 5) / 2)];
console.log('\n| moments of the outputs | ms | × the products |\n|---|---|---|');
for (const [name, values] of Object.entries(times))
  console.log(`| ${name} | ${median(values).toFixed(2)} | ${(median(values) / median(times.products)).toFixed(2)} |`);
