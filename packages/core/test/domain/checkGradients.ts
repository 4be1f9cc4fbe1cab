import { expect } from 'vitest';
import { allParameters } from '../../src/allParameters.js';
import type { Model } from '../../src/layers/index.js';
import { headsOf } from '../../src/likelihoods/heads.js';
import type { ParameterSpecification } from '../../src/noise/noiseModel.js';
import { sgvb } from '../../src/objective.js';
import { bindBatch } from '../../src/program/bindBatch.js';
import { type Builder, createBuilder, type Value } from '../../src/program/builder.js';
import { gradients } from '../../src/program/differentiate.js';
import { elementCount } from '../../src/program/index.js';
import { simplify } from '../../src/program/simplify.js';
import { foldIn } from '../../src/random/foldIn.js';
import { key } from '../../src/random/key.js';
import { normal } from '../../src/random/normal.js';
import { evaluate } from '../../src/reference/evaluate.js';
import { keyNames, noiseKeys } from '../../src/streams.js';

/** The objective of a model and its gradient, as float64 functions of the parameters. */
function objectiveOf(model: Model, x: number[], y: number[], rows: number, seed: number) {
  const parameters = allParameters(model);
  const build = (withGradients: boolean) => {
    const b = createBuilder('objective');
    const [input] = model.inputs;
    const given = {
      inputs: { [input.name]: b.input('x', ['batch', ...model.inputShape]) },
      targets: { output: b.input('y', ['batch', ...headsOf('test', model)[0].targetShape]) },
    };
    const values = Object.fromEntries(parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
    const carried = Object.fromEntries(model.carried.map((one) => [one.name, initial(b, one)]));
    const scales = { rows: b.constant(1 / rows, ['batch']), kl: b.constant(0.1) };
    const { loss } = sgvb(b, model, { ...given, parameters: { ...values, ...carried } }, scales);
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
  const keys = noiseKeys(keyNames(source), seed, 'training', 0);
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

/**
 * Compares the gradient of the objective in every parameter with Richardson differences, under noise of the seed. What the model
 * carries has its initial values. The gradients of the parameters in `without` are 0.
 */
export function checkGradients(
  model: Model,
  x: number[],
  y: number[],
  rows: number,
  seed = 7,
  without: readonly string[] = [],
): void {
  const objective = objectiveOf(model, x, y, rows, seed);
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
    if (without.includes(name)) {
      expect(Math.max(largest, error), `${name} has no gradient`).toBeLessThan(1e-11);
      continue;
    }
    expect(largest, `${name} has a gradient`).toBeGreaterThan(0);
    expect(error / largest, name).toBeLessThanOrEqual(1e-6);
  }
}

function initial(b: Builder, { shape, initialize }: ParameterSpecification): Value {
  return b.constant(initialize.kind === 'constant' ? initialize.value : 0, shape);
}
