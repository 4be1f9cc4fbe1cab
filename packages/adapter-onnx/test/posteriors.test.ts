import {
  dense,
  ensemble,
  fit,
  lastLayerLaplace,
  type Network,
  predict,
  sequential,
  sgd,
  swag,
  variationalDropout,
} from '@vardrop/core';
import { momentsProgram, posteriorInput } from '@vardrop/core/extend';
import { bindBatch } from '@vardrop/core/program';
import { evaluate } from '@vardrop/core/reference';
import { describe, expect, it } from 'vitest';
import { createOnnxBackend, describeOnnx, exportOnnx } from '../src/index.js';
import { pythons } from './python.js';
import { devices, openModel } from './runtimes.js';

const inputs = Float32Array.from({ length: 90 }, (_, i) => Math.sin(i * i + 1));
const targets = Array.from({ length: 30 }, (_, i) =>
  inputs[3 * i] + inputs[3 * i + 1] > 0.3 ? 1 : inputs[3 * i + 2] > 0 ? 2 : 0,
);
const data = { inputs, targets };
const layers = [dense({ units: 7, activation: 'tanh' }), dense({ units: 3 })];
const plain = sequential({ input: [3], layers });
const noisy = sequential({ input: [3], layers, noise: variationalDropout({ type: 'A', alpha: 'input' }) });

const backend = await createOnnxBackend({ device: 'native' });
const trained = async (model: typeof plain, seed: number, onEpoch?: ReturnType<typeof swag>['onEpoch']) =>
  (
    await fit(model, {
      ...{ backend, data, seed, onEpoch },
      epochs: 8,
      batch: 10,
      optimizer: sgd({ learningRate: 0.3 }),
    })
  ).network;

const snapshots = swag({ rank: 3 });
const averaged = await trained(plain, 1, snapshots.onEpoch);
const [a, b] = [await trained(noisy, 1), await trained(noisy, 2)];
const members = [await trained(plain, 3), await trained(plain, 4), averaged];
const networks: readonly (readonly [string, Network, samples: number])[] = [
  ['an ensemble with noise', ensemble([a, b]), 4],
  ['an ensemble without', ensemble(members), 3],
  ['SWAG', snapshots.network(averaged), 5],
  ['the last layer, with noise before it', await lastLayerLaplace(a, { data }), 5],
  ['the last layer by factors', await lastLayerLaplace(averaged, { data, covariance: 'kronecker' }), 2],
  ['the last layer, each weight alone', await lastLayerLaplace(averaged, { data, covariance: 'diagonal' }), 2],
];
await backend.close();

describe.each(devices)('posteriors on %s', (device) => {
  it.each(networks)('%s: a file predicts as the backend does', async (_, network, samples) => {
    const own = await createOnnxBackend({ device });
    const { model, parameters, posterior } = network;
    const expected = await predict(model, { backend: own, parameters, posterior, inputs, seed: 5, samples });
    await own.close();
    if (expected.kind !== 'classification') return expect.unreachable();
    expect(expected.samples).toBe(samples);
    const bytes = network.export(exportOnnx, { kind: 'sample' });
    const session = await openModel(device, bytes);
    const x = { shape: [30, 3], data: inputs };
    const actual = await session.run({ x, seed: 5, samples, row: 0 });
    // Other noise would change tenths; products may be added up in another order.
    actual.probabilities.forEach((p, i) => {
      expect(p).toBeCloseTo(expected.probabilities[i], 5);
    });
    expect(Math.min(...actual.mutualInformation)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...actual.mutualInformation)).toBeGreaterThan(0);
    await session.release();
  });
});

it.each(pythons)('onnx.checker $version accepts the files', ({ opset, check }) => {
  const options = { kind: 'sample', opset: opset < 18 ? 17 : 18 } as const;
  const files = networks.map(([, network]) => network.export(exportOnnx, options));
  expect(check(files)).toEqual(files.map(() => ''));
});

it.each(networks.slice(3))('%s: a file of kind moments has the closed form', async (_, network) => {
  const { model, parameters, posterior } = network;
  const session = await openModel('native', network.export(exportOnnx, { kind: 'moments' }));
  const found = await session.run({ x: { shape: [30, 3], data: inputs } });
  const drawnFrom = Object.entries(posterior?.tensors ?? {}).map(([name, { data }]) => [posteriorInput(name), data]);
  const values = Object.entries(parameters).map(([name, { data }]) => [name, data]);
  const program = bindBatch(momentsProgram(model, { posterior }), 30);
  const wanted = evaluate(program, { inputs: { x: inputs, ...Object.fromEntries([...values, ...drawnFrom]) } });
  for (const name of ['mean', 'variance']) {
    wanted[name].forEach((value, i) => {
      expect(Math.abs(found[name][i] - value)).toBeLessThan(2e-5 * (1 + Math.abs(value)));
    });
  }
  const quiet = evaluate(bindBatch(momentsProgram(model), 30), {
    inputs: { x: inputs, ...Object.fromEntries(values) },
  });
  expect(Math.min(...wanted.variance.map((value, i) => value - quiet.variance[i]))).toBeGreaterThan(0);
  await session.release();
});

describe('files of networks with posteriors', () => {
  it('say which', () => {
    const bytes = networks[2][1].export(exportOnnx, { kind: 'sample' });
    expect(describeOnnx(bytes).parameters.map(({ name }) => name)).toContain('posterior/dense1/weights/columns');
  });

  it('of kind mean have the average weights, but for ensembles', () => {
    const [[, both], , [, average]] = networks;
    expect(average.export(exportOnnx, { kind: 'mean' }).length).toBeGreaterThan(100);
    for (const kind of ['mean', 'moments'] as const)
      expect(() => both.export(exportOnnx, { kind })).toThrow(expect.objectContaining({ code: 'VARDROP_EXPORT' }));
    expect(() => average.export(exportOnnx, { kind: 'moments' })).toThrow(
      expect.objectContaining({ code: 'VARDROP_EXPORT' }),
    );
  });
});
