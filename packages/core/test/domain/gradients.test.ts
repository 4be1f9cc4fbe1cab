import { describe, expect, it } from 'vitest';
import { allParameters } from '../../src/allParameters.js';
import { combinations } from '../../src/combinations.js';
import type { Divergence } from '../../src/divergences/divergence.js';
import type { Estimator } from '../../src/estimators/estimator.js';
import {
  activation,
  averagePooling2d,
  conv2d,
  dense,
  flatten,
  type Model,
  maxPooling2d,
  sequential,
} from '../../src/layers/index.js';
import { categorical, gaussianLikelihood, type Likelihood } from '../../src/likelihood.js';
import type { NoiseModel } from '../../src/noise/noiseModel.js';
import { sgvb } from '../../src/objective.js';
import { bindBatch } from '../../src/program/bindBatch.js';
import { createBuilder } from '../../src/program/builder.js';
import { gradients } from '../../src/program/differentiate.js';
import { elementCount } from '../../src/program/index.js';
import { simplify } from '../../src/program/simplify.js';
import { foldIn } from '../../src/random/foldIn.js';
import { key } from '../../src/random/key.js';
import { normal } from '../../src/random/normal.js';
import { evaluate } from '../../src/reference/evaluate.js';
import { keyNames, noiseKeys } from '../../src/streams.js';

/** The objective of a model and its gradient, as float64 functions of the parameters. */
function objectiveOf(model: Model, likelihood: Likelihood, x: number[], y: number[], rows: number) {
  const parameters = allParameters(model, likelihood);
  const build = (withGradients: boolean) => {
    const b = createBuilder('objective');
    const given = {
      inputs: { x: b.input('x', ['batch', ...model.inputShape]) },
      targets: { output: b.input('y', ['batch', ...model.outputShape]) },
    };
    const values = Object.fromEntries(parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
    const scales = { datapoint: b.constant(1 / rows), kl: b.constant(0.1) };
    const { loss } = sgvb(b, model, likelihood, { ...given, parameters: values }, scales);
    b.output('loss', loss);
    const wrt = parameters.map(({ name }) => values[name]);
    if (withGradients) {
      gradients(b, loss, wrt).forEach((g, i) => {
        b.output(`gradient ${parameters[i].name}`, g);
      });
    }
    return b.build();
  };
  const source = build(true);
  const keys = noiseKeys(keyNames(source), 7, 'training', 0);
  const gradientProgram = simplify(bindBatch(source, rows));
  const lossProgram = simplify(bindBatch(build(false), rows));
  const run = (program: typeof source, values: Record<string, Float64Array>) => {
    const names = new Set(program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : [])));
    const all: Record<string, ArrayLike<number>> = { x, y, ...values };
    return evaluate(program, {
      keys,
      inputs: Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name))),
    });
  };
  return {
    parameters,
    gradient: (values: Record<string, Float64Array>) => run(gradientProgram, values),
    loss: (values: Record<string, Float64Array>) => run(lossProgram, values).loss[0],
  };
}

/**
 * Central differences with one Richardson step, whose error is of order h⁴. With h = 1e-3 and values of order 1 that
 * is about 1e-12, and rounding adds 1e-13: far below the 1e-6 asked for.
 */
function difference(f: (shift: number) => number, step = 1e-3): number {
  const central = (h: number) => (f(h) - f(-h)) / (2 * h);
  return (4 * central(step / 2) - central(step)) / 3;
}

function checkGradients(model: Model, likelihood: Likelihood, x: number[], y: number[], rows: number) {
  const objective = objectiveOf(model, likelihood, x, y, rows);
  const values: Record<string, Float64Array> = {};
  objective.parameters.forEach(({ name, shape, initialize }, i) => {
    const count = elementCount(shape);
    const base = initialize.kind === 'constant' ? Math.max(initialize.value, -2) : 0;
    values[name] = Float64Array.from(normal(foldIn(key(3), i), count), (value) => base + 0.5 * value);
  });
  const analytic = objective.gradient(values);
  for (const { name } of objective.parameters) {
    const gradient = analytic[`gradient ${name}`];
    const largest = gradient.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const differences = Array.from(gradient, (_, i) =>
      difference((shift) => {
        const moved = Float64Array.from(values[name]);
        moved[i] += shift;
        return objective.loss({ ...values, [name]: moved });
      }),
    );
    const error = gradient.reduce((max, value, i) => Math.max(max, Math.abs(value - differences[i])), 0);
    expect(gradient.every(Number.isFinite), `${name} finite`).toBe(true);
    expect(largest, `${name} has a gradient`).toBeGreaterThan(0);
    expect(error / largest, name).toBeLessThanOrEqual(1e-6);
  }
}

const inputs = [0.5, -1.2, 0.8, 0, 0, 0, 1.5, 0.3, -0.7];
const labels = [1, 0, 0, 1, 1, 0];

function denseModel(noise: NoiseModel, estimator: Estimator, divergence: Divergence | null): Model {
  return sequential({
    input: [3],
    noise,
    estimator,
    divergence,
    layers: [dense({ units: 4, activation: 'tanh' }), dense({ units: 2 })],
  });
}

describe('gradients of every valid combination against Richardson differences, with an all-zero input row', () => {
  const all = combinations();
  const valid = all.filter((combination) => combination.refusal === undefined);

  it('counts the combinations', () => {
    expect({ all: all.length, valid: valid.length }).toMatchInlineSnapshot(`
      {
        "all": 408,
        "valid": 210,
      }
    `);
  });

  for (const { noise, estimator, divergence } of valid) {
    const name = [noise.name, noise.alpha, estimator.name, divergence?.name ?? 'no divergence']
      .filter(Boolean)
      .join(', ');
    it(name, () => checkGradients(denseModel(noise, estimator, divergence), categorical(), inputs, labels, 3));
  }
});

describe('every invalid combination is refused with its reason', () => {
  for (const { noise, estimator, divergence, refusal } of combinations()) {
    if (refusal === undefined) continue;
    it(`${noise.name}, ${noise.alpha ?? 'no α'}, ${estimator.name}, ${divergence?.name ?? 'no divergence'}`, () => {
      const build = () =>
        dense({ units: 2, noise, estimator, divergence }).build('dense1', [[3]], { noise, estimator, divergence });
      expect(build).toThrow(
        expect.objectContaining({
          code: 'VARDROP_COMBINATION',
          message: expect.stringContaining(`[dense1] ${refusal}. Change one`),
        }),
      );
    });
  }
});

describe('gradients through layers and likelihoods', () => {
  const image = Array.from(normal(key(11), 2 * 5 * 5 * 2));
  const weightNoises = combinations().filter(
    ({ noise, refusal, divergence, estimator }) =>
      refusal === undefined &&
      (divergence === null) === (noise.learns === undefined) &&
      (estimator.name !== 'local' ? divergence?.name !== 'sigmoid' : true) &&
      ['exact', 'gaussian', undefined].includes(divergence?.name),
  );
  for (const { noise, estimator, divergence } of weightNoises) {
    it(`conv2d: ${noise.name}, ${noise.alpha ?? ''} ${estimator.name}`, () => {
      const model = sequential({
        input: [5, 5, 2],
        noise,
        estimator,
        divergence,
        layers: [
          conv2d({ filters: 2, size: [3, 2], strides: [2, 1], padding: 'same', activation: 'tanh' }),
          averagePooling2d({ size: 2, strides: 1, padding: 'same' }),
          flatten(),
          dense({ units: 2, noise: undefined }),
        ],
      });
      checkGradients(model, categorical(), image, [1, 0, 0, 1], 2);
    });
  }

  it('max pooling, activations and the Gaussian likelihood', () => {
    for (const kind of ['elu', 'gelu', 'silu', 'softplus', 'sigmoid', 'tanh'] as const) {
      const model = sequential({
        input: [5, 5, 2],
        layers: [
          conv2d({ filters: 2, size: 2, bias: false }),
          activation(kind),
          maxPooling2d({ size: [2, 3], strides: [1, 2] }),
          flatten(),
          dense({ units: 2 }),
        ],
      });
      checkGradients(model, gaussianLikelihood(), image, [0.5, -1, 2, 0.3], 2);
    }
  });
});
