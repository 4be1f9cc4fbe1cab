import {
  activation,
  categorical,
  concatenate,
  type Dataset,
  dense,
  gaussian,
  input,
  model,
  type NamedArrays,
  sparseVariational,
} from '../../src/index.js';
import { foldIn, key, normal, uniform } from '../../src/random/index.js';

/** Labels of three classes and two values for each row. */
export const likelihoods = { label: categorical(), size: gaussian({ logVariance: -0.5 }) };

/** A network of two inputs, one of them of whole numbers, with two outputs that share a noisy trunk. */
export function twoByTwo() {
  const left = input({ shape: [3], name: 'left' });
  const code = input({ shape: [2], name: 'code', kind: 'integers' });
  const trunk = concatenate()(dense({ units: 4, activation: 'tanh' })(left), dense({ units: 3 })(code));
  return model({
    inputs: [left, code],
    outputs: { label: dense({ units: 3 })(trunk), size: dense({ units: 2, name: 'sizes' })(activation('elu')(trunk)) },
    noise: sparseVariational({ logVariance: -3 }),
    likelihood: likelihoods,
  });
}

/** Rows for it. */
export function twoByTwoRows(rows: number, seed: number) {
  const numbers = (purpose: number, count: number) => normal(foldIn(key(seed), purpose), count);
  const whole = (purpose: number, count: number, below: number) =>
    Float32Array.from(uniform(foldIn(key(seed), purpose), count), (u) => Math.floor(u * below));
  const inputs = { left: numbers(1, rows * 3), code: whole(2, rows * 2, 5) };
  const targets = { label: Int32Array.from(whole(3, rows, 3)), size: numbers(4, rows * 2) };
  return { inputs, targets } satisfies Dataset<NamedArrays, NamedArrays>;
}
