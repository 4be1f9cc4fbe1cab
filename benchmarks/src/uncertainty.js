import { cpus } from 'node:os';
import { createWasmBackend } from '@vardrop/adapter-wasm';
import {
  adam,
  areaUnderRiskCoverageCurve,
  areaUnderRocCurve,
  bernoulli,
  conformal,
  dense,
  ensemble,
  evaluateClassification,
  falsePositiveRate,
  fit,
  lastLayerLaplace,
  noNoise,
  sequential,
  sgd,
  sparseVariational,
  swag,
  temperatureScaling,
  variationalDropout,
} from '@vardrop/core';
import { loadDigits } from '../../examples/common/loadDigits.js';
import { option } from './commandLine.js';
import { blurred, inverted, noiseLike, rotated } from './uncertainty/shifts.js';

// What networks know of digits that are not like those they learned from: a network of 784, 300, 100 and 10 units on 4,000 digits, by method.
// In distribution on 1,000 digits, calibrated on 1,000 others; out of distribution noise, inverted, turned and blurred digits.
//   nice node benchmarks/src/uncertainty.js [--seeds 3] [--epochs 30] [--samples 32]    about five minutes on two cores

const seeds = Number(option('--seeds', '3'));
const epochs = Number(option('--epochs', '30'));
const samples = Number(option('--samples', '32'));
const backend = await createWasmBackend();
const { train, test } = await loadDigits({ train: 4000, test: 2000 });
/** @param {typeof test} part @param {number} first @param {number} end */
const cut = ({ inputs, targets }, first, end) => ({
  inputs: inputs.subarray(784 * first, 784 * end),
  targets: targets.subarray(first, end),
});
const data = cut(train, 0, 4000);
const [others, held] = [cut(test, 0, 1000), cut(test, 1000, 2000)];
const foreign = {
  noise: noiseLike(held.inputs),
  inverted: inverted(held.inputs),
  'turned 90°': rotated(held.inputs, 90),
  blurred: blurred(held.inputs, 3),
};
const turned = rotated(held.inputs, 45);

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
const common = { backend, data, batch: 100, epochs };
/** @param {import('@vardrop/core').NoiseModel} noise @param {number} seed @param {number} [klWeight] */
const trained = async (noise, seed, klWeight = 0) =>
  (await fit(modelOf(noise), { ...common, seed, klWeight, optimizer: adam() })).network;

/** @type {Record<string, (seed: number) => Promise<import('@vardrop/core').Network<import('@vardrop/core').Likelihood<'labels'>>>>} */
const methods = {
  'no noise': (seed) => trained(noNoise(), seed),
  'its temperature': async (seed) => temperatureScaling(await trained(noNoise(), seed), { data: others }),
  'fixed dropout ½': (seed) => trained(bernoulli({ rate: 0.5 }), seed),
  'variational A, α of a layer': (seed) => trained(variationalDropout({ type: 'A', alpha: 'layer' }), seed, 1),
  'sparse variational': (seed) => trained(sparseVariational(), seed, 0.1),
  'last-layer Laplace': async (seed) => lastLayerLaplace(await trained(noNoise(), seed), { data }),
  SWAG: async (seed) => {
    const snapshots = swag({ from: Math.floor(epochs / 2) });
    const optimizer = sgd({ learningRate: 0.1 });
    const { network } = await fit(modelOf(noNoise()), { ...common, seed, optimizer, onEpoch: snapshots.onEpoch });
    return snapshots.network(network);
  },
  'ensemble of 5': async (seed) => {
    const members = [];
    for (let member = 0; member < 5; member++) members.push(await trained(noNoise(), 100 * seed + member));
    return ensemble(members);
  },
};

/** Sums of what each seed gives, by method and measure. @type {Map<string, Map<string, number[]>>} */
const found = new Map();
for (let seed = 1; seed <= seeds; seed++) {
  for (const [name, method] of Object.entries(methods)) {
    const network = await method(seed);
    /** @param {ArrayLike<number>} inputs */
    const predict = (inputs) => network.predict(inputs, network.posterior?.kind === 'ensemble' ? {} : { samples });
    const prediction = await predict(held.inputs);
    const { nll, ece, brier } = evaluateClassification(prediction, held.targets);
    const wrong = Array.from(prediction.labels, (label, row) => (label === held.targets[row] ? 0 : 1));
    const atAngle = evaluateClassification(await predict(turned), held.targets);
    const sets = await conformal(network, {
      data: others,
      coverage: 0.95,
      ...(network.posterior?.kind === 'ensemble' ? {} : { samples }),
    });
    const covered = (await sets.predict(held.inputs, network.posterior?.kind === 'ensemble' ? {} : { samples })).sets;
    if (covered === undefined) throw new Error('no sets');
    /** @type {Record<string, number>} */
    const measures = {
      'error %': (100 * wrong.reduce((sum, each) => sum + each, 0)) / wrong.length,
      nll,
      'ece %': 100 * ece,
      brier,
      aurc: 1000 * areaUnderRiskCoverageCurve(prediction.entropy, wrong),
      'nll at 45°': atAngle.nll,
      'ece at 45° %': 100 * atAngle.ece,
      'in sets %': (100 * held.targets.reduce((sum, label, row) => sum + covered.members[10 * row + label], 0)) / 1000,
      'size of sets': covered.sizes.reduce((sum, size) => sum + size, 0) / 1000,
    };
    for (const [kind, inputs] of Object.entries(foreign)) {
      const other = await predict(inputs);
      const labels = [...prediction.entropy].map(() => 0).concat([...other.entropy].map(() => 1));
      const entropies = [...prediction.entropy, ...other.entropy];
      measures[`${kind}: entropy`] = areaUnderRocCurve(entropies, labels);
      measures[`${kind}: fpr95 %`] = 100 * falsePositiveRate(entropies, labels);
      measures[`${kind}: information`] = areaUnderRocCurve(
        [...prediction.mutualInformation, ...other.mutualInformation],
        labels,
      );
    }
    const own = found.get(name) ?? new Map();
    found.set(name, own);
    for (const [measure, value] of Object.entries(measures)) own.set(measure, [...(own.get(measure) ?? []), value]);
    console.error(`seed ${seed}, ${name}: error ${measures['error %'].toFixed(1)} %, nll ${nll.toFixed(3)}`);
  }
}
await backend.close();

/** @param {readonly number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
console.log(
  `${seeds} seeds, ${epochs} epochs on 4,000 digits, ${cpus()[0].model.trim()}; mean (smallest to largest)\n`,
);
const measures = [...(found.get('no noise')?.keys() ?? [])];
const kinds = Object.keys(foreign);
/** A table with a row for each method. @param {readonly string[]} columns */
function print(columns) {
  console.log(`| | ${columns.join(' | ')} |\n|---|${columns.map(() => '---|').join('')}`);
  for (const [name, own] of found) {
    const cells = columns.map((column) => {
      const values = own.get(column) ?? [];
      const digits = mean(values) >= 2 ? 1 : mean(values) < 1 ? 2 : 3;
      return `${mean(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
    });
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
  console.log('');
}
print(measures.filter((measure) => !kinds.some((kind) => measure.startsWith(kind))));
for (const what of ['entropy', 'information', 'fpr95 %']) print(kinds.map((kind) => `${kind}: ${what}`));
