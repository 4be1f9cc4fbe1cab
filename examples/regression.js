// Regression with two kinds of uncertainty, that of the targets and that of the network, and what holds where there were no data.
// Data are from -2 to 2. A network with Gaussian noise on its weights fits them, but beyond them it is wrong and does not know it:
// its noise is local, around one solution. A Gaussian over the last layer's weights, on Fourier features, is about a Gaussian process: away
// from the data it goes back to what it held possible before, and its intervals hold.
import { createWasmBackend } from '@vardrop/adapter-wasm';
import {
  adam,
  dense,
  fit,
  fourierFeatures,
  gaussian,
  gaussianPrior,
  intervalCoverage,
  intervalWidth,
  lastLayerLaplace,
  meanField,
  sequential,
} from '@vardrop/core';
import * as random from '@vardrop/core/random';

const noise = 0.1;
const count = 256;
const inputs = random.uniform(random.key(1), count).map((u) => 4 * u - 2);
const errors = random.normal(random.key(2), count);
const targets = inputs.map((x, i) => Math.sin(2 * x) + noise * errors[i]);
const data = { inputs, targets };
const backend = await createWasmBackend();
const common = { backend, data, batch: 64, seed: 1, epochs: 300 };

const { network: noisy } = await fit(
  sequential({
    input: [1],
    noise: meanField({ logVariance: -8 }),
    divergence: gaussianPrior({ sigma: 1 }),
    layers: [dense({ units: 50, activation: 'tanh' }), dense({ units: 1 })],
    likelihood: gaussian(),
  }),
  { ...common, optimizer: adam({ learningRate: 0.02 }), klWeight: 0.1 },
);
const features = sequential({
  input: [1],
  layers: [fourierFeatures({ units: 300, lengthScale: 0.7 }), dense({ units: 1 })],
  likelihood: gaussian(),
});
const { network: fitted } = await fit(features, { ...common, optimizer: adam({ learningRate: 0.05 }) });
const lastLayer = await lastLayerLaplace(fitted, { data });

/** Numbers from `low` to `high`, without the ends. @param {number} low @param {number} high */
const between = (low, high) => Array.from({ length: 100 }, (_, i) => low + ((high - low) * (i + 0.5)) / 100);
const places = {
  'inside the data': between(-2, 2),
  'at the edge': [...between(-2.5, -2), ...between(2, 2.5)],
  'outside, as far as the data are wide': [...between(-6, -2), ...between(2, 6)],
};

for (const [name, network] of Object.entries({
  'noise on the weights': noisy,
  'Gaussian of the last layer': lastLayer,
})) {
  const { mean, epistemicVariance, aleatoricVariance } = await network.predict([-4, 0, 4], { samples: 200 });
  console.log(`${name}; learned noise of the targets ${Math.sqrt(aleatoricVariance[1]).toFixed(3)} (true: ${noise})`);
  [-4, 0, 4].forEach((x, i) => {
    const deviation = Math.sqrt(epistemicVariance[i] + aleatoricVariance[i]).toFixed(2);
    console.log(`  x = ${x}: ${mean[i].toFixed(2)} ± ${deviation} (sin 2x = ${Math.sin(2 * x).toFixed(2)})`);
  });
  for (const [place, xs] of Object.entries(places)) {
    const predicted = await network.predict(xs, { samples: 200 });
    const half = xs.map((_, i) => 1.96 * Math.sqrt(predicted.epistemicVariance[i] + predicted.aleatoricVariance[i]));
    const [lower, upper] = [-1, 1].map((sign) => half.map((each, i) => predicted.mean[i] + sign * each));
    const held = intervalCoverage(
      lower,
      upper,
      xs.map((x) => Math.sin(2 * x)),
    );
    console.log(
      `  ${place}: ${(100 * held).toFixed(0)} % of sin 2x in 95 % intervals, ${intervalWidth(lower, upper).toFixed(2)} wide`,
    );
  }
}
await backend.close();
