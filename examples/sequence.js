// Digits read row by row: a GRU and an LSTM see one row of 28 pixels after the other, and say at the end which digit it was. Beside
// them a dense network that sees all pixels at once. All have variational dropout; in the recurrent layers its factors are drawn
// once for each digit, and are the same at all rows.
import { createWasmBackend } from '@vardrop/adapter-wasm';
import {
  adam,
  dense,
  evaluateClassification,
  fit,
  flatten,
  gru,
  lstm,
  piecewiseLinear,
  predict,
  sequential,
  variationalDropout,
} from '@vardrop/core';
import { loadDigits } from './common/loadDigits.js';
import { printTable } from './common/printTable.js';
import { readSize } from './common/readSize.js';

const { train, test, epochs, batch, units, samples } = readSize({
  quick: { train: 300, test: 200, epochs: 4, batch: 10, units: 24, samples: 8 },
  full: { train: 4000, test: 2000, epochs: 10, batch: 50, units: 96, samples: 32 },
});
const networks = {
  dense: [flatten(), dense({ units: 3 * units, activation: 'relu' }), dense({ units: 10 })],
  GRU: [gru({ units }), dense({ units: 10 })],
  LSTM: [lstm({ units }), dense({ units: 10 })],
};

const digits = await loadDigits({ train, test });
const backend = await createWasmBackend();
const rows = [];
for (const [name, layers] of Object.entries(networks)) {
  const model = sequential({ input: [28, 28], noise: variationalDropout({ type: 'A', alpha: 'input' }), layers });
  const { state } = await fit(model, {
    backend,
    data: digits.train,
    optimizer: adam({ learningRate: 0.004 }),
    learningRateFactor: piecewiseLinear([Math.floor(epochs / 2), 1], [epochs, 0.02]),
    epochs,
    batch,
    seed: 1,
  });
  const prediction = await predict(model, {
    backend,
    parameters: state.parameters,
    inputs: digits.test.inputs,
    samples,
  });
  const { error, nll, ece } = evaluateClassification(prediction, digits.test.targets);
  const weights = model.parameters.reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);
  // The standard error of a share of `test` independent digits.
  const spread = Math.sqrt((error * (1 - error)) / test);
  rows.push([
    name,
    weights,
    `${(100 * error).toFixed(2)} % ± ${(100 * spread).toFixed(2)}`,
    nll.toFixed(3),
    `${(100 * ece).toFixed(1)} %`,
  ]);
}
await backend.close();

console.log(`${train} digits, ${epochs} epochs; errors on ${test} other digits, ± one standard error`);
printTable(['network', 'parameters', 'test error', 'NLL', 'ECE'], rows);
