import { describe, expect, it } from 'vitest';
import {
  adam,
  binary,
  categorical,
  createNetwork,
  dense,
  deserializeNetwork,
  evaluate,
  fit,
  fitPreprocessing,
  flatten,
  gaussian,
  input,
  inputNames,
  type Likelihoods,
  type Model,
  model,
  predict,
  preprocess,
  sequential,
  tableFromRows,
  variationalDropout,
} from '../../src/index.js';
import { key, normal } from '../../src/random/index.js';
import { backend, bits, untrained } from './helpers.js';

const noise = normal(key(5), 60);
/** Flats: their price is about 1000 times their size. */
const rows = Array.from({ length: 30 }, (_, i) => ({
  size: 50 + 20 * noise[i],
  city: ['Oslo', 'Bergen', 'Tromsø'][i % 3],
  price: 50_000 + 20_000 * noise[i] + 500 * noise[30 + i],
  rooms: 2 + (i % 4),
  kind: i % 5 === 0 ? 'house' : 'flat',
}));
const table = tableFromRows(rows);
const of = (targets: string | readonly string[], exclude: readonly string[] = []) =>
  fitPreprocessing(table, { targets, exclude });

function modelOf<Given extends Likelihoods>(width: number, units: number, likelihood: Given): Model<Given> {
  const hidden = dense({ units: 4, activation: 'tanh' });
  return sequential({ input: [width], noise: variationalDropout(), layers: [hidden, dense({ units })], likelihood });
}

describe('a network with a preprocessing', () => {
  const preprocessing = of('price', ['rooms', 'kind']);
  const width = inputNames(preprocessing).length;
  const prices = rows.map(({ price }) => price as number);
  const mean = prices.reduce((sum, price) => sum + price, 0) / prices.length;
  const deviation = Math.sqrt(prices.reduce((sum, price) => sum + (price - mean) ** 2, 0) / prices.length);

  it('is trained on tables and rows as on what preprocess makes of them', async () => {
    const own = modelOf(width, 1, gaussian());
    const { inputs, targets } = preprocess(preprocessing, table);
    const options = { backend, epochs: 3, batch: 7, seed: 2, preprocessing };
    const results = [];
    for (const data of [{ inputs, targets }, table, rows])
      results.push(await fit(own, { ...options, data, validation: data }));
    for (const { state, network } of results) {
      expect(bits(state.parameters)).toEqual(bits(results[0].state.parameters));
      expect(network.preprocessing).toEqual(preprocessing);
      expect(network.columns).toEqual(['size', 'city=Bergen', 'city=Oslo', 'city=Tromsø']);
    }
  });

  it('predicts in the units of the column', async () => {
    const own = modelOf(width, 1, gaussian());
    const { parameters } = untrained(own);
    const network = createNetwork(own, { backend, parameters, preprocessing });
    const options = { samples: 6, seed: 3 };
    const standardized = await predict(own, {
      ...options,
      ...{ backend, parameters, inputs: preprocess(preprocessing, table).inputs },
    });
    // Rows for prediction have no targets.
    const unknown = rows.map(({ size, city }) => ({ city, size }));
    for (const given of [table, rows, unknown]) {
      const prediction = await network.predict(given, options);
      expect(prediction.rows).toBe(30);
      for (const [i, value] of prediction.mean.entries()) {
        const exact = mean + deviation * standardized.mean[i];
        // The result is rounded to float32.
        expect(Math.abs(value - exact)).toBeLessThanOrEqual(2 ** -23 * Math.abs(exact));
      }
      for (const name of ['epistemicVariance', 'aleatoricVariance'] as const) {
        for (const [i, value] of prediction[name].entries())
          expect(value / (deviation ** 2 * standardized[name][i])).toBeCloseTo(1, 12);
      }
    }
  });

  it('learns the relation of two columns', async () => {
    const own = sequential({ input: [width], layers: [dense({ units: 1 })], likelihood: gaussian({ variance: 0.01 }) });
    const { network } = await fit(own, {
      backend,
      data: table,
      preprocessing,
      epochs: 200,
      batch: 30,
      optimizer: adam({ learningRate: 0.05 }),
    });
    const prediction = await network.predict([
      { size: 40, city: 'Oslo' },
      { size: 70, city: 'Oslo' },
    ]);
    expect((prediction.mean[1] - prediction.mean[0]) / 30).toBeGreaterThan(500);
    expect(prediction.aleatoricVariance[0] / deviation ** 2).toBeCloseTo(0.01, 6);
  });

  it('keeps it in its file', async () => {
    const own = modelOf(width, 1, gaussian());
    const network = createNetwork(own, { backend, parameters: untrained(own).parameters, preprocessing });
    const again = deserializeNetwork(network.toBytes(), { backend, targets: 'values' });
    expect(again.preprocessing).toEqual(preprocessing);
    expect(again.columns).toEqual(network.columns);
    expect(bits({ p: await again.predict(rows, { seed: 4 }) })).toEqual(
      bits({ p: await network.predict(rows, { seed: 4 }) }),
    );
    expect(again.toBytes()).toEqual(network.toBytes());
  });

  it('knows the names of classes', async () => {
    const ofKind = of('kind', ['price']);
    const own = modelOf(inputNames(ofKind).length, 2, categorical());
    const { network } = await fit(own, { backend, data: rows, preprocessing: ofKind, epochs: 1 });
    expect(network.classes).toEqual(['flat', 'house']);
    const { labels, labelNames } = await network.predict(rows);
    expect(labelNames).toEqual(Array.from(labels, (label) => ['flat', 'house'][label]));
  });

  it('knows the categories of columns of yes and no', async () => {
    const mixed = rows.map((row, i) => ({ ...row, pets: i % 3 === 0 ? 'yes' : 'no' }));
    const two = fitPreprocessing(tableFromRows(mixed), { targets: ['kind', 'pets'] });
    const own = modelOf(inputNames(two).length, 2, binary());
    const network = createNetwork(own, { backend, parameters: untrained(own).parameters, preprocessing: two });
    const { labels, labelNames } = await network.predict(mixed);
    const categories = [
      ['flat', 'house'],
      ['no', 'yes'],
    ];
    expect(labelNames).toEqual(Array.from(labels, (label, i) => categories[i % 2][label]));
    expect(await network.evaluate(mixed)).toMatchObject({ kind: 'binary', targets: 60 });
  });

  it('has a column for each of several outputs, and several columns for one', async () => {
    const both = of(['kind', 'price', 'rooms']);
    const x = input({ shape: [inputNames(both).length], name: 'x' });
    const hidden = dense({ units: 4, activation: 'tanh' })(x);
    const branches = model({
      inputs: x,
      outputs: {
        kind: dense({ units: 2 })(hidden),
        rooms: dense({ units: 1 })(hidden),
        price: dense({ units: 1 })(hidden),
      },
      likelihood: { kind: categorical(), rooms: gaussian(), price: gaussian() },
    });
    const { network, history } = await fit(branches, {
      ...{ backend, data: table, validation: rows, preprocessing: both, epochs: 200 },
    });
    expect(history[0].validation?.outputs).toMatchObject({ kind: { nll: expect.any(Number) } });
    const prediction = await network.predict(rows);
    expect(prediction.kind.labelNames?.every((name) => ['flat', 'house'].includes(name))).toBe(true);
    const average = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(average(prediction.price.mean) / mean).toBeCloseTo(1, 1);
    expect(average(prediction.rooms.mean)).toBeGreaterThan(2);
    expect(average(prediction.rooms.mean)).toBeLessThan(5);

    const pair = of(['price', 'size'], ['kind']);
    const own = modelOf(inputNames(pair).length, 2, gaussian());
    const joint = await fit(own, { backend, data: table, preprocessing: pair, epochs: 1 });
    const { mean: means } = await joint.network.predict(rows);
    const [price, size] = [0, 1].map((column) => average(means.filter((_, i) => i % 2 === column)));
    expect(price).toBeGreaterThan(10_000);
    expect(size).toBeLessThan(200);
  });
});

it('metrics of validation are in the units of the columns, for columns of other units and missing targets too', async () => {
  const some = rows.map((row, i) => ({ ...row, price: i % 4 === 1 ? null : row.price, weight: 1 + (i % 3) }));
  const pair = fitPreprocessing(tableFromRows(some), {
    targets: ['price', 'size'],
    exclude: ['kind'],
    weights: 'weight',
    missingTargets: 'skip',
  });
  const own = modelOf(inputNames(pair).length, 2, gaussian({ missing: 'skip' }));
  const { network, history } = await fit(own, {
    backend,
    data: some,
    validation: some,
    preprocessing: pair,
    epochs: 2,
  });
  const { mean, aleatoricVariance } = await network.predict(some, { mode: 'mean' });
  const sums = { nll: 0, squares: 0, weights: 0, targets: 0 };
  some.forEach(({ price, size, weight }, row) => {
    sums.weights += weight;
    for (const [column, value] of [price, size].entries()) {
      if (value === null) continue;
      const i = 2 * row + column;
      const square = ((value as number) - mean[i]) ** 2;
      sums.nll += (weight * (Math.log(2 * Math.PI * aleatoricVariance[i]) + square / aleatoricVariance[i])) / 2;
      sums.squares += weight * square;
      sums.targets += weight;
    }
  });
  const { nll = 0, rmse = 0 } = history[1].validation ?? {};
  // Means and losses are rounded to float32.
  expect(nll / (sums.nll / sums.weights)).toBeCloseTo(1, 5);
  expect(rmse / Math.sqrt(sums.squares / sums.targets)).toBeCloseTo(1, 5);
  expect(rmse).toBeGreaterThan(1000);
});

describe('evaluation', () => {
  const some = rows.map((row, i) => ({ ...row, price: i % 4 === 1 ? null : row.price, weight: 1 + (i % 3) }));
  const pair = fitPreprocessing(tableFromRows(some), {
    targets: ['price', 'size'],
    exclude: ['kind'],
    weights: 'weight',
    missingTargets: 'skip',
  });
  const own = modelOf(inputNames(pair).length, 2, gaussian({ missing: 'skip', logVariance: -1 }));
  const { parameters } = untrained(own);
  const network = createNetwork(own, { backend, parameters, preprocessing: pair });
  const options = { samples: 8, seed: 3 };
  const units = pair.targets.map((rule) => (rule.kind === 'number' ? rule.deviation : Number.NaN));

  it('is that of evaluate, in the units of the columns', async () => {
    const data = preprocess(pair, tableFromRows(some));
    const plain = await evaluate(own, { ...options, backend, parameters, data });
    const inUnits = await network.evaluate(some, options);
    expect(await network.evaluate(data, options)).toEqual(inUnits);
    expect(inUnits).toMatchObject({ kind: 'regression', rows: 30, samples: 8, targets: plain.targets, pit: plain.pit });
    expect(inUnits.intervals?.map(({ coverage }) => coverage)).toEqual(
      plain.intervals?.map(({ coverage }) => coverage),
    );
    // The density of each target that is there changes by its unit.
    const weights = some.map(({ weight }) => weight).reduce((a, b) => a + b);
    const change = some.reduce(
      (sum, { price, weight }) => sum + weight * (Math.log(units[1]) + (price === null ? 0 : Math.log(units[0]))),
      0,
    );
    expect(inUnits.nll - plain.nll).toBeCloseTo(change / weights, 9);
  });

  it('has the errors, scores and widths of raw numbers', async () => {
    const levels = [0.05, 0.25, 0.75, 0.95];
    const prediction = await network.predict(some, { ...options, quantiles: levels });
    const { rmse, crps = 0, intervals = [] } = await network.evaluate(some, options);
    const present = some.flatMap(({ price, size, weight }, row) =>
      [price, size].flatMap((value, column) => (value === null ? [] : [{ value, i: 2 * row + column, weight }])),
    );
    const average = (of: (target: (typeof present)[number]) => number) =>
      present.reduce((sum, target) => sum + target.weight * of(target), 0) /
      present.reduce((sum, { weight }) => sum + weight, 0);
    const { quantiles = new Float64Array(), mean } = prediction;
    expect(rmse / Math.sqrt(average(({ value, i }) => (value - mean[i]) ** 2))).toBeCloseTo(1, 5);
    const width = (from: number, to: number) => average(({ i }) => quantiles[4 * i + to] - quantiles[4 * i + from]);
    const inside = (from: number, to: number) =>
      average(({ value, i }) => (value >= quantiles[4 * i + from] && value <= quantiles[4 * i + to] ? 1 : 0));
    for (const [k, [from, to]] of [
      [1, 2],
      [0, 3],
    ].entries()) {
      expect(intervals[k].width / width(from, to)).toBeCloseTo(1, 5);
      expect(intervals[k].coverage).toBeCloseTo(inside(from, to), 9);
    }
    expect(crps).toBeGreaterThan(rmse / 10);
    expect(crps).toBeLessThan(rmse);
  });

  it('refuses options that the network has itself, and tables without preprocessing', async () => {
    await expect(network.evaluate(some, { backend } as never)).rejects.toMatchObject({ code: 'VARDROP_OPTION' });
    await expect(untrained(own).evaluate(some)).rejects.toMatchObject({ code: 'VARDROP_PREPROCESSING' });
  });

  it('of several outputs adds up their units', async () => {
    const both = fitPreprocessing(table, { targets: ['kind', 'price'] });
    const x = input({ shape: [inputNames(both).length], name: 'x' });
    const branches = model({
      inputs: x,
      outputs: { kind: dense({ units: 2 })(x), price: dense({ units: 1 })(x) },
      noise: variationalDropout(),
      likelihood: { kind: categorical(), price: gaussian() },
    });
    const { parameters: tensors } = untrained(branches);
    const named = createNetwork(branches, { backend, parameters: tensors, preprocessing: both });
    const { targets, ...data } = preprocess(both, table);
    const columns = [0, 1].map((column) => targets.filter((_, i) => i % 2 === column));
    const plain = await evaluate(branches, {
      ...{ ...options, backend, parameters: tensors },
      data: { ...data, targets: { kind: columns[0], price: columns[1] } },
    });
    const inUnits = await named.evaluate(table, options);
    const price = both.targets[1];
    const change = price.kind === 'number' ? Math.log(price.deviation) : Number.NaN;
    expect(inUnits.nll - plain.nll).toBeCloseTo(change, 9);
    expect(inUnits.outputs.price.nll - plain.outputs.price.nll).toBeCloseTo(change, 9);
    expect(inUnits.outputs.kind).toEqual(plain.outputs.kind);
  });
});

describe('a network of series', () => {
  const hours = Array.from({ length: 12 }, (_, i) => ({ hour: i % 6, load: 300 + 20 * (i % 5), rain: i * i }));
  const series = fitPreprocessing(tableFromRows(hours), { inputs: ['hour', 'load'], targets: ['load', 'rain'] });
  // Three steps of two columns, and two steps of two targets.
  const layers = [flatten(), dense({ units: 4 })];
  const own = sequential({ input: [3, 2], noise: variationalDropout(), layers, likelihood: gaussian() });
  const { parameters } = untrained(own);
  const network = createNetwork(own, { backend, parameters, preprocessing: series });

  it('takes windows that were preprocessed, or a table of as many steps', async () => {
    const { inputs } = preprocess(series, tableFromRows(hours));
    const options = { samples: 3, seed: 2 };
    const plain = await predict(own, { ...options, backend, parameters, inputs: inputs.slice(0, 12) });
    const units = [0, 1].map((i) => series.targets[i] as { readonly mean: number; readonly deviation: number });
    for (const prediction of [
      await network.predict(inputs.slice(0, 12), { ...options, preprocessed: true }),
      await network.predict(hours.slice(0, 6), options),
    ]) {
      expect(prediction.rows).toBe(2);
      for (const [i, value] of prediction.mean.entries()) {
        const { mean, deviation } = units[i % 2];
        const exact = mean + deviation * plain.mean[i];
        expect(Math.abs(value - exact)).toBeLessThanOrEqual(2 ** -23 * Math.abs(exact));
        const ratio = prediction.aleatoricVariance[i] / (deviation ** 2 * plain.aleatoricVariance[i]);
        expect(ratio).toBeCloseTo(1, 12);
      }
    }
  });

  it('is not trained on a table, but on windows of it', async () => {
    await expect(fit(own, { backend, data: hours, preprocessing: series })).rejects.toMatchObject({
      code: 'VARDROP_PREPROCESSING',
      message: expect.stringContaining('windows(preprocess('),
    });
    const { inputs, targets } = preprocess(series, tableFromRows(hours));
    const data = { inputs: inputs.slice(0, 6), targets: targets.slice(6, 10) };
    const result = await fit(own, { backend, data, preprocessing: series, epochs: 1, batch: 1 });
    expect(result.network.columns).toEqual(['hour', 'load']);
  });
});

describe('is refused', () => {
  const preprocessing = of('price', ['rooms', 'kind']);
  const own = modelOf(4, 1, gaussian());
  const network = createNetwork(own, { backend, parameters: untrained(own).parameters, preprocessing });

  it('numbers without names, and names without a preprocessing', async () => {
    await expect(network.predict(new Float32Array(4), { preprocessed: 1 as never })).rejects.toMatchObject({
      code: 'VARDROP_OPTION',
    });
    await expect(network.predict(new Float32Array(4))).rejects.toMatchObject({ code: 'VARDROP_PREPROCESSING' });
    const bare = untrained(own);
    await expect(bare.predict(rows)).rejects.toMatchObject({ code: 'VARDROP_PREPROCESSING' });
    await expect(fit(own, { backend, data: table })).rejects.toMatchObject({ code: 'VARDROP_PREPROCESSING' });
  });

  it('rows that are wrong, with row and column', async () => {
    await expect(network.predict([{ size: 3, town: 'Oslo' }])).rejects.toMatchObject({
      code: 'VARDROP_COLUMN',
      message: expect.stringContaining("column 'city'"),
    });
    await expect(
      network.predict([
        { size: 3, city: 'Oslo' },
        { size: 'many', city: 'Oslo' },
      ]),
    ).rejects.toMatchObject({
      code: 'VARDROP_COLUMN_KIND',
      message: expect.stringContaining("row 2, column 'size'"),
    });
  });

  it.each([
    ['another number of inputs', modelOf(5, 1, gaussian()), preprocessing, 'needs one input of 4 numbers'],
    ['a number for labels', modelOf(4, 2, categorical()), preprocessing, "'price' of kind 'number'"],
    ['labels for values', modelOf(5, 1, gaussian()), of('kind', ['price']), "'kind' of kind 'category'"],
    ['another number of classes', modelOf(5, 3, categorical()), of('kind', ['price']), 'with 2 classes'],
    ['another number of targets', modelOf(4, 2, gaussian()), preprocessing, 'for the 2 targets'],
  ])('%s', (_, wrong, given, text) => {
    const { parameters } = untrained(wrong as Model);
    expect(() => createNetwork(wrong as Model, { backend, parameters, preprocessing: given })).toThrow(
      expect.objectContaining({ code: 'VARDROP_PREPROCESSING', message: expect.stringContaining(text) }),
    );
  });

  it('names beside it, and a damaged one', () => {
    const { parameters } = network;
    const make = (others: object) => () => createNetwork(own, { backend, parameters, preprocessing, ...others });
    expect(make({ columns: ['a', 'b', 'c', 'd'] })).toThrow(expect.objectContaining({ code: 'VARDROP_OPTION' }));
    expect(make({ preprocessing: { ...preprocessing, rows: -1 } })).toThrow(
      expect.objectContaining({ code: 'VARDROP_PREPROCESSING' }),
    );
  });

  it('a table for a preprocessing without targets', async () => {
    const blind = fitPreprocessing(table, { inputs: ['size', 'city'] });
    await expect(fit(own, { backend, data: table, preprocessing: blind })).rejects.toMatchObject({
      code: 'VARDROP_PREPROCESSING',
      message: expect.stringContaining('got one without targets'),
    });
  });
});
