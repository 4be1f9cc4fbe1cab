// A forecast with uncertainty: the temperature of the sea off Peru in the next twelve months, from the last two years. El Niño makes
// it hard. The network has weight noise, which says how uncertain its weights are, and learns how much the temperature of each
// month ahead scatters around its forecast. Bands have both. They are judged on the ten last years, which training has not seen;
// sizes were chosen on the ten years before them.
import { writeFileSync } from 'node:fs';
import { createWasmBackend } from '@vardrop/adapter-wasm';
import {
  adam,
  dense,
  evaluateRegression,
  fit,
  gaussian,
  gaussianPrior,
  gru,
  meanField,
  piecewiseLinear,
  predict,
  sequential,
} from '@vardrop/core';
import { forecastChart } from './common/forecastChart.js';
import { printTable } from './common/printTable.js';
import { readSize } from './common/readSize.js';
import { firstYear, seaTemperatures } from './data/seaTemperatures.js';

const { epochs, units, samples, chart } = readSize({
  quick: { epochs: 10, units: 8, samples: 20 },
  full: { epochs: 60, units: 16, samples: 200, chart: 'forecast.svg' },
});
const past = 24;
const ahead = 12;
const testYears = 10;

// What is left when the usual temperature of each month is taken away, in units of its standard deviation. Both are those of the
// years of training.
const trainYears = seaTemperatures.slice(0, -testYears);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const usual = seaTemperatures[0].map((_, month) => mean(trainYears.map((year) => year[month])));
const anomaliesOf = (years) => years.flatMap((year) => year.map((value, month) => value - usual[month]));
const unit = Math.sqrt(mean(anomaliesOf(trainYears).map((value) => value ** 2)));
const anomalies = anomaliesOf(seaTemperatures).map((value) => value / unit);
const testStart = 12 * trainYears.length;

/** Windows whose first month to forecast is one of `from … to − 1`: the months before, with the season, and the months ahead. */
function windows(from, to) {
  const starts = Array.from({ length: to - from }, (_, i) => from + i);
  const step = (month) => [anomalies[month], ...[Math.sin, Math.cos].map((wave) => wave((Math.PI / 6) * month))];
  return {
    inputs: starts.flatMap((start) => Array.from({ length: past }, (_, i) => step(start - past + i)).flat()),
    targets: starts.flatMap((start) => anomalies.slice(start, start + ahead)),
    starts,
  };
}

const train = windows(past, testStart - ahead + 1);
const test = windows(testStart, anomalies.length - ahead + 1);
const model = sequential({
  input: [past, 3],
  noise: meanField({ logVariance: -8 }),
  divergence: gaussianPrior({ sigma: 0.3 }),
  layers: [gru({ units }), dense({ units: ahead })],
  likelihood: gaussian(),
});

const backend = await createWasmBackend();
const { state } = await fit(model, {
  backend,
  data: { inputs: train.inputs, targets: train.targets },
  optimizer: adam({ learningRate: 0.005 }),
  learningRateFactor: piecewiseLinear([Math.floor(epochs / 2), 1], [epochs, 0.05]),
  // Each month is a target of twelve windows, so the likelihood counts it twelve times. So does the KL.
  klWeight: piecewiseLinear([0, 0], [Math.ceil(epochs / 3), ahead]),
  epochs,
  batch: 50,
  seed: 1,
});
const forecast = await predict(model, {
  backend,
  parameters: state.parameters,
  inputs: test.inputs,
  samples,
});
await backend.close();

/** Half the width of a band that holds 90 % of the values, if the forecast is right, in standard deviations. */
const halfWidth = 1.6449;
const deviation = (i) => Math.sqrt(forecast.epistemicVariance[i] + forecast.aleatoricVariance[i]);
const rows = [];
for (let h = 0; h < ahead; h++) {
  const at = test.starts.map((_, row) => row * ahead + h);
  const rms = (error) => unit * Math.sqrt(mean(at.map((i) => error(i) ** 2)));
  rows.push([
    h + 1,
    rms((i) => forecast.mean[i] - test.targets[i]).toFixed(2),
    rms((i) => test.targets[i]).toFixed(2),
    rms((i) => anomalies[test.starts[(i - h) / ahead] - 1] - test.targets[i]).toFixed(2),
    (unit * mean(at.map((i) => Math.sqrt(forecast.epistemicVariance[i])))).toFixed(2),
    (unit * mean(at.map((i) => Math.sqrt(forecast.aleatoricVariance[i])))).toFixed(2),
    `${(100 * mean(at.map((i) => Number(Math.abs(forecast.mean[i] - test.targets[i]) < halfWidth * deviation(i))))).toFixed(0)} %`,
  ]);
}
const years = `${firstYear + trainYears.length} to ${firstYear + seaTemperatures.length - 1}`;
console.log(`${train.starts.length} windows of training, forecasts for the years ${years}, in degrees Celsius`);
printTable(
  ['months ahead', 'RMS error', 'usual month', 'as last month', 'of weights ±', 'scatter ±', 'in the 90 % band'],
  rows,
);
const { nll } = evaluateRegression(forecast, test.targets);
console.log(`NLL ${(nll / ahead).toFixed(3)} nats a month; without a forecast ${scoreOfUsual().toFixed(3)}`);

if (chart !== undefined) {
  // The forecasts that were made at the end of every year.
  const shown = test.starts.flatMap((start, row) => (start % 12 === 0 ? [{ start, row }] : []));
  const toDegrees = (value, month) => usual[month % 12] + unit * value;
  const svg = forecastChart({
    title: 'Sea temperature off Peru (°C), and what the network forecast at the end of each year, with 90 % bands',
    firstYear,
    measured: anomalies.map(toDegrees),
    from: testStart - 24,
    forecasts: shown.map(({ start, row }) =>
      Array.from({ length: ahead }, (_, h) => {
        const i = row * ahead + h;
        const band = [-1, 0, 1].map((side) => toDegrees(forecast.mean[i] + side * halfWidth * deviation(i), start + h));
        return { month: start + h, low: band[0], middle: band[1], high: band[2] };
      }),
    ),
  });
  writeFileSync(chart, svg);
  console.log(`wrote ${chart}`);
}

/** Mean negative log likelihood of the usual temperature, with the scatter around it that the years of training have. */
function scoreOfUsual() {
  return mean(test.targets.map((value) => 0.5 * (Math.log(2 * Math.PI) + value ** 2)));
}
