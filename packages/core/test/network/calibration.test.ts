import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classScores, conformalLimit, rowNoise } from '../../src/calibration/index.js';
import {
  binary,
  type CalibrationRule,
  type ClassificationPrediction,
  conformal,
  createNetwork,
  dense,
  deserializeNetwork,
  ensemble,
  type FitWarning,
  fit,
  fitPreprocessing,
  gaussian,
  isotonic,
  type Network,
  selective,
  sequential,
  sparseVariational,
  tableFromRows,
  temperatureScaling,
} from '../../src/index.js';
import { key, normal } from '../../src/random/index.js';
import { backend, bits, untrained, withMetadata } from './helpers.js';

const rows = 160;
const inputs = normal(key(8), 2 * rows);
const labels = Array.from({ length: rows }, (_, i) => (inputs[2 * i] > 0.5 ? 2 : inputs[2 * i + 1] > 0 ? 1 : 0));
const values = Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? 1 : 20) * Math.sin(3 * inputs[i]) + 0.1);
const layers = (units: number) => [dense({ units: 5, activation: 'tanh' }), dense({ units })] as const;
const ofLabels = sequential({ input: [2], layers: layers(3) });
const ofTwo = sequential({ input: [2], layers: layers(2), likelihood: binary({ missing: 'skip' }) });
const ofValues = sequential({ input: [2], layers: layers(2), likelihood: gaussian() });
const yes = Array.from({ length: 2 * rows }, (_, i) => (i % 7 === 3 ? Number.NaN : Number(inputs[i] > 0.2)));
const all = {
  labels: { model: ofLabels, data: { inputs, targets: labels } },
  binary: { model: ofTwo, data: { inputs, targets: yes } },
  values: { model: ofValues, data: { inputs, targets: values } },
} as const;
const kinds = fc.constantFrom('labels', 'binary', 'values');
const codeOf = (of: Promise<unknown>) =>
  of.then(
    () => 'none',
    ({ code }) => code,
  );

describe('isotonic', () => {
  it('makes probabilities of labels the shares that occur, and keeps them in the file', async () => {
    const { data } = all.labels;
    const before = untrained(ofLabels);
    const after = await isotonic(before, { data });
    const [old, found] = [await before.evaluate(data), await after.evaluate(data)];
    expect(found.ece).toBeLessThan(old.ece);
    expect(found.brier).toBeLessThan(old.brier);
    const prediction = await after.predict(inputs);
    const p = prediction.probabilities;
    const loss = labels.reduce<number>((sum, label, row) => sum - Math.log(p[3 * row + label]), 0) / rows;
    expect(found.nll).toBeCloseTo(loss, 12);
    expect(bits(await deserializeNetwork(after.toBytes(), { backend }).predict(inputs))).toEqual(bits(prediction));
  });

  it('is for binary targets, of each output, without the missing ones', async () => {
    const { data } = all.binary;
    const after = await isotonic(untrained(ofTwo), { data });
    const { probabilities, labels: predicted } = await after.predict(inputs);
    expect([...predicted]).toEqual(Array.from(probabilities, (p) => Number(p > 0.5)));
    for (const column of [0, 1]) {
      // The mean of a least squares fit that never falls is that of the targets.
      const present = yes.flatMap((y, i) => (i % 2 === column && !Number.isNaN(y) ? [probabilities[i] - y] : []));
      expect(Math.abs(present.reduce((sum, each) => sum + each, 0))).toBeLessThan(1e-5 * rows);
    }
    const { nll } = await after.evaluate(data);
    const losses = yes.map((y, i) =>
      Number.isNaN(y) ? 0 : -Math.log(y === 1 ? probabilities[i] : 1 - probabilities[i]),
    );
    const has = Array.from(
      { length: rows },
      (_, row) => !(Number.isNaN(yes[2 * row]) && Number.isNaN(yes[2 * row + 1])),
    );
    expect(nll).toBeCloseTo(losses.reduce((sum, each) => sum + each, 0) / has.filter(Boolean).length, 12);
  });

  it('counts weights as repeated rows', async () => {
    const weights = Float32Array.from({ length: rows }, (_, i) => i % 3);
    const repeated = Array.from(weights.keys()).flatMap((row) => Array.from({ length: weights[row] }, () => row));
    const network = untrained(ofLabels);
    const weighted = await isotonic(network, { data: { inputs, targets: labels, weights } });
    const twice = await isotonic(network, {
      data: {
        inputs: repeated.flatMap((row) => [inputs[2 * row], inputs[2 * row + 1]]),
        targets: repeated.map((row) => labels[row]),
      },
    });
    const [one, other] = [weighted, twice].map((each) => mapsOf(each).flatMap(({ x, y }) => [...x, ...y]));
    expect(one).toHaveLength(other.length);
    one.forEach((each, i) => {
      expect(each).toBeCloseTo(other[i], 12);
    });
  });
});

const mapsOf = ({ calibration = [] }: Pick<Network, 'calibration'>) =>
  calibration.flatMap((rule) => (rule.kind === 'isotonic' ? rule.maps : []));

describe('selective', () => {
  it('accepts as many rows as it says, those of least uncertainty', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, fc.integer({ min: 20, max: 95 }), fc.nat(2), async (kind, percent, choice) => {
        const { model, data } = all[kind];
        const measures =
          kind === 'values' ? ['variance', 'epistemicVariance'] : ['entropy', 'mutualInformation', 'confidence'];
        const measure = measures[choice % measures.length];
        const network = await selective(untrained<never>(model as never), {
          data,
          coverage: percent / 100,
          measure,
        } as never);
        const prediction = await (network as Network).predict(inputs);
        const accepted = (prediction as ClassificationPrediction).accepted;
        if (!accepted) return expect.unreachable();
        const count = accepted.reduce((sum: number, one: number) => sum + one, 0);
        // Models without noise have no uncertainty among samples: all rows are alike.
        const tied = measure === 'mutualInformation' || kind === 'values';
        expect(count).toBe(tied ? rows : Math.ceil((rows + 1) * (percent / 100) - 1e-9));
      }),
      { numRuns: 12 },
    );
  });

  it('is evaluated, with the errors of accepted rows alone', async () => {
    const weights = Float32Array.from({ length: rows }, (_, i) => 1 + (i % 3));
    const network = await selective(untrained(ofLabels), {
      data: all.labels.data,
      coverage: 0.6,
      measure: 'confidence',
    });
    const { accepted } = await network.evaluate({ ...all.labels.data, weights });
    const prediction = await network.predict(inputs);
    let [total, taken, wrong] = [0, 0, 0];
    prediction.accepted?.forEach((one, row) => {
      total += weights[row];
      taken += one * weights[row];
      wrong += one * weights[row] * Number(prediction.labels[row] !== labels[row]);
    });
    expect(accepted?.share).toBeCloseTo(taken / total, 12);
    expect(accepted?.error).toBeCloseTo(wrong / taken, 12);
    const ofBinary = await selective(untrained(ofTwo), { data: all.binary.data, coverage: 0.5 });
    const found = await ofBinary.evaluate(all.binary.data);
    const predicted = await ofBinary.predict(inputs);
    const counted = yes.flatMap((y, i) =>
      predicted.accepted?.[i >> 1] === 1 && !Number.isNaN(y) ? [Number(predicted.labels[i] !== y)] : [],
    );
    expect(found.accepted?.error).toBeCloseTo(counted.reduce((sum, one) => sum + one, 0) / counted.length, 12);
  });
});

const uncertain = sequential({
  input: [2],
  layers: layers(2),
  noise: sparseVariational({ logVariance: -3 }),
  likelihood: gaussian(),
});

describe('the uncertainty of a row', () => {
  it.each(['variance', 'epistemicVariance'] as const)('is the sum over its numbers: %s', async (measure) => {
    const { data } = all.values;
    const samples = 4;
    const network = await selective(untrained(uncertain), { data, samples, coverage: 0.4, measure });
    const prediction = await network.predict(inputs, { samples });
    const { epistemicVariance, aleatoricVariance, accepted, mean } = prediction;
    const each = Array.from(epistemicVariance, (v, i) => v + (measure === 'variance' ? aleatoricVariance[i] : 0));
    const sums = Array.from({ length: rows }, (_, row) => each[2 * row] + each[2 * row + 1]);
    const threshold = conformalLimit(sums, 0.4);
    expect(network.calibration).toMatchObject([{ threshold, measure, rows }]);
    expect([...(accepted ?? [])]).toEqual(sums.map((sum) => Number(sum <= threshold)));
    const squares = values.flatMap((y, i) => (accepted?.[i >> 1] === 1 ? [(Math.fround(y) - mean[i]) ** 2] : []));
    const found = await network.evaluate(data, { samples });
    const rmse = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
    expect(found.accepted?.rmse).toBeCloseTo(rmse, 10);
    expect(found.accepted?.rmse).not.toBeCloseTo(found.rmse, 3);
  });

  it('is how far the labels of all outputs are from sure', async () => {
    const network = await selective(untrained(ofTwo), { data: all.binary.data, coverage: 0.3, measure: 'confidence' });
    const { probabilities } = await network.predict(inputs);
    const doubts = Array.from(probabilities, (p) => Math.min(p, 1 - p));
    const sums = Array.from({ length: rows }, (_, row) => doubts[2 * row] + doubts[2 * row + 1]);
    expect(network.calibration).toMatchObject([{ threshold: conformalLimit(sums, 0.3) }]);
  });
});

describe('evaluation', () => {
  it('says how often sets hold the label, and how large they are', async () => {
    const network = await conformal(untrained(ofLabels), {
      data: all.labels.data,
      coverage: 0.3,
      score: 'aps',
      randomized: true,
    });
    const seed = 3;
    const { sets } = await network.evaluate(all.labels.data, { seed });
    const predicted = (await network.predict(inputs, { seed })).sets;
    const held = labels.filter((label, row) => predicted?.members[3 * row + label] === 1).length;
    expect(sets?.coverage).toBeCloseTo(held / rows, 12);
    expect(sets?.size).toBeCloseTo([...(predicted?.sizes ?? [])].reduce((sum, size) => sum + size, 0) / rows, 12);
    expect(sets?.probability).toBe(0.3);
    expect(predicted?.sizes).toContain(0);
    const { calibration = [] } = network;
    const [rule] = calibration;
    if (rule?.kind !== 'conformal') return expect.unreachable();
    const { probabilities } = await network.predict(inputs, { seed });
    const noise = rowNoise(rows, { seed });
    const members = Array.from(noise).flatMap((u, row) =>
      Array.from(classScores(probabilities.subarray(3 * row, 3 * row + 3), rule, u), (each) =>
        Number(each <= rule.limits[0]),
      ),
    );
    expect([...(predicted?.members ?? [])]).toEqual(members);
    const later = (await network.predict(inputs.subarray(2 * 50), { seed, row: 50 })).sets;
    expect(later?.members).toEqual(predicted?.members.subarray(3 * 50));
  });

  it('says it of intervals in the units of columns, with quantiles that were not asked for left out', async () => {
    const table = tableFromRows(
      Array.from({ length: 60 }, (_, i) => ({ a: i % 13, price: 500 + 40 * (i % 13) + 90 * Math.sin(i * i) })),
    );
    const preprocessing = fitPreprocessing(table, { targets: 'price' });
    const line = sequential({ input: [1], layers: [dense({ units: 1 })], likelihood: gaussian() });
    const fitted = await fit(line, { backend, data: table, preprocessing, epochs: 20, batch: 20 });
    const warnings: FitWarning[] = [];
    const onWarning = (warning: FitWarning) => warnings.push(warning);
    const sure = await conformal(fitted.network, { data: table, coverage: 0.8, score: 'quantile', onWarning });
    const picky = await selective(sure, { data: table, coverage: 0.5, onWarning });
    expect(warnings.map(({ code }) => code)).toEqual(['VARDROP_SAME_DATA', 'VARDROP_SAME_DATA']);
    const { interval, accepted } = await picky.evaluate(table);
    const prediction = await picky.predict(table, { quantiles: [0.25, 0.75, 0.5] });
    const plain = await fitted.network.predict(table, { quantiles: [0.25, 0.75, 0.5] });
    expect(prediction.quantiles).toEqual(plain.quantiles);
    expect((await picky.predict(table)).quantiles).toBeUndefined();
    const { lower = [], upper = [] } = prediction.interval ?? {};
    const prices = Array.from({ length: 60 }, (_, i) => 500 + 40 * (i % 13) + 90 * Math.sin(i * i));
    const held = prices.filter((price, i) => lower[i] <= price && price <= upper[i]).length;
    // Rounding decides on which side of the bound one row is.
    expect(Math.abs((interval?.coverage ?? 0) - held / 60)).toBeLessThan(1.01 / 60);
    const width = prices.reduce((sum, _, i) => sum + upper[i] - lower[i], 0) / 60;
    expect(Math.abs((interval?.width ?? 0) / width - 1)).toBeLessThan(1e-6);
    expect(width).toBeGreaterThan(100);
    expect(accepted?.share).toBe(1);
    expect(await codeOf(picky.predict(table, { quantiles: 3 as never }))).toBe('VARDROP_OPTION');
    expect(await codeOf(picky.predict(table, { quantiles: [] }))).toBe('VARDROP_OPTION');
  });
});

describe('rules', () => {
  it('apply in their order, whatever the order in which they were learned', async () => {
    const { data } = all.labels;
    const network = await isotonic(untrained(ofLabels), { data });
    // What is learned later is learned of the calibrated probabilities.
    const { probabilities } = await network.predict(inputs);
    const scores = labels.map((label, row) => 1 - probabilities[3 * row + label]);
    const { calibration: [, sure] = [] } = await conformal(network, { data, coverage: 0.8 });
    expect(sure).toMatchObject({ limits: [conformalLimit(scores, 0.8)] });
    const once = await selective(await conformal(network, { data, coverage: 0.8 }), { data });
    const turned = await conformal(await selective(network, { data }), { data, coverage: 0.8 });
    expect(turned.calibration?.map(({ kind }) => kind)).toEqual(['isotonic', 'conformal', 'selective']);
    expect(bits(await turned.predict(inputs))).toEqual(bits(await once.predict(inputs)));
    const replaced = await conformal(turned, { data, coverage: 0.6 });
    expect(replaced.calibration).toHaveLength(3);
    expect((await isotonic(replaced, { data })).calibration).toEqual(network.calibration);
    expect((await temperatureScaling(replaced, { data })).calibration).toBeUndefined();
    expect(ensemble([replaced, turned]).calibration).toBeUndefined();
    const [members, sizes] = [(await once.predict(inputs)).sets?.members, (await once.predict(inputs)).sets?.sizes];
    const held = labels.filter((label, row) => members?.[3 * row + label] === 1).length;
    expect(held / rows).toBeGreaterThanOrEqual(0.8);
    expect(sizes).toHaveLength(rows);
  });

  it('are refused where they do not fit', async () => {
    const network = await selective(await isotonic(untrained(ofTwo), { data: all.binary.data }), {
      data: all.binary.data,
    });
    const [first, second] = network.calibration ?? [];
    const bytes = network.toBytes();
    if (first?.kind !== 'isotonic') return expect.unreachable();
    const [map, other] = first.maps;
    const wrong: unknown[] = [
      ...[
        {},
        first,
        [first, first],
        [{ ...first, maps: [map] }],
        [{ ...first, maps: [map, { x: [0, 0], y: [0, 1] }] }],
      ],
      ...[
        [{ ...first, maps: [other, { x: [0, 1], y: [1, 0.5] }] }],
        [{ ...first, maps: [other, { x: [0], y: [1.5] }] }],
      ],
      ...[[{ ...second, measure: 'variance' }], [{ ...second, threshold: null }], [{ ...second, coverage: 1 }]],
    ];
    for (const rules of wrong) {
      const damaged = withMetadata(bytes, { 'vardrop.calibration': JSON.stringify(rules) });
      expect(() => deserializeNetwork(damaged, { backend })).toThrow(
        expect.objectContaining({ code: 'VARDROP_CALIBRATION' }),
      );
    }
    const calibration = [first] as readonly CalibrationRule[];
    const { parameters } = untrained(ofValues);
    expect(() => createNetwork(ofValues, { backend, parameters, calibration })).toThrow('isotonic.maps');
    const { data } = all.values;
    expect(await codeOf(isotonic(untrained(ofValues), { data }))).toBe('VARDROP_ISOTONIC');
    expect(await codeOf(selective(untrained(ofValues), { data, measure: 'entropy' }))).toBe('VARDROP_OPTION');
    expect(await codeOf(selective(untrained(ofValues), { data, coverage: 0.999 }))).toBe('VARDROP_SELECTIVE');
    const nothing = { inputs, targets: yes.map((y, i) => (i % 2 === 0 ? Number.NaN : y)) };
    expect(await codeOf(isotonic(untrained(ofTwo), { data: nothing }))).toBe('VARDROP_ISOTONIC');
    const options = { data: all.labels.data, randomized: true };
    expect(await codeOf(conformal(untrained(ofLabels), options))).toBe('VARDROP_OPTION');
  });
});

describe('the data of the training', () => {
  it('are known again, also from a file, and other data are not', async () => {
    const { data } = all.labels;
    const { network } = await fit(ofLabels, { backend, data, epochs: 1 });
    const again = deserializeNetwork(network.toBytes(), { backend });
    expect(again.trainedOn).toEqual(network.trainedOn);
    const warned = async (given: Network, targets: readonly number[]) => {
      const codes: string[] = [];
      await temperatureScaling(given, {
        data: { inputs, targets },
        samples: 1,
        onWarning: ({ code }) => codes.push(code),
      });
      return codes;
    };
    const turned = labels.map((label, i) => (i % 3 > 0 ? (label + 1) % 3 : label));
    expect(await warned(again, labels)).toEqual(['VARDROP_SAME_DATA']);
    expect(await warned(again, turned)).toEqual([]);
    expect(await warned(untrained(ofLabels), labels)).toEqual([]);
    const calibrated = await conformal(network, { data: { inputs, targets: turned } });
    expect(calibrated.trainedOn).toEqual(network.trainedOn);
    const other = await fit(ofLabels, { backend, data: { inputs, targets: turned }, epochs: 1, seed: 1 });
    expect(ensemble([network, again]).trainedOn).toEqual(network.trainedOn);
    expect(ensemble([network, other.network]).trainedOn).toBeUndefined();
    const { parameters } = network;
    for (const damaged of [
      { rows: 0, least: [] },
      { rows: 3, least: [2, 1] },
      { rows: 3, least: [0.5] },
      { rows: 3 },
    ]) {
      expect(() => createNetwork(ofLabels, { backend, parameters, trainedOn: damaged as never })).toThrow(
        expect.objectContaining({ code: 'VARDROP_OPTION' }),
      );
    }
  });
});
