import fc from 'fast-check';
import { expect } from 'vitest';
import {
  bernoulliLearned,
  type Estimator,
  flipout,
  localReparametrization,
  type Model,
  mask,
  type NoiseModel,
  noNoise,
  type Pruned,
  prune,
  resizeModel,
  separateSamples,
  singleSample,
  sparseVariational,
  type TensorMap,
  variationalDropout,
} from '../../src/index.js';
import { modelParts } from '../../src/layers/index.js';
import { bindBatch, createBuilder, elementCount } from '../../src/program/index.js';
import { evaluate } from '../../src/reference/index.js';

/** Values of a noise node by its key and shape. */
export type Noise = (key: string, shape: readonly number[]) => Float32Array;

/** All outputs of a model with one input in float64, with noise of one's own choice, or with the weights' means. */
export function forward(model: Model, parameters: TensorMap, x: Float32Array, noise: Noise | 'mean'): Float64Array {
  const b = createBuilder('forward');
  const [input] = model.inputs;
  const tensors = [...model.parameters, ...model.carried];
  const values = Object.fromEntries(tensors.map(({ name, shape }) => [name, b.input(name, shape)]));
  const given = { [input.name]: b.input(input.name, ['batch', ...input.shape]) };
  const { outputs } = model.forward(b, given, values, noise === 'mean' ? 'mean' : 'sample');
  for (const [name, value] of Object.entries(outputs)) b.output(name, value);
  const rows = x.length / elementCount(model.inputShape);
  const program = bindBatch(b.build(), rows);
  const nodes = program.nodes.flatMap((node) => (node.op === 'noise' ? [node] : []));
  const results = evaluate(program, {
    inputs: { [input.name]: x, ...Object.fromEntries(tensors.map(({ name }) => [name, parameters[name].data])) },
    keys: Object.fromEntries(nodes.map(({ key }, index) => [key, { words: [index, 0] as const }])),
    noise: (_, [index], out) => {
      if (noise !== 'mean') out.set(noise(nodes[index].key, nodes[index].shape));
    },
  });
  return Float64Array.from(model.outputs.flatMap(({ name }) => [...results[name]]));
}

/**
 * Noise for a pruned model that is, for what is left, the noise of the model that it came from. Noise is independent
 * from element to element, so that outputs that agree under it agree in law.
 */
function coupled(model: Model, { report }: Pruned, noise: Noise): Noise {
  const everything = (n: number) => Array.from({ length: n }, (_, i) => i);
  const weighted = modelParts(model);
  return (key, small) => {
    // `conv2d1#2/…` is the second use of a layer.
    const at = weighted.findIndex(({ name }) => key.replace(/#\d+/, '').startsWith(`${name}/`));
    const { part: linear } = weighted[at];
    const what = key.split('/').pop();
    const [inputs, columns] = linear.weightShape.slice(-2);
    const { keptInputs, keptUnits, unitsBefore } = report.layers[at];
    const byWeight = what === 'weights' || (what === 'mask' && linear.noise.acts === 'weights');
    const byUnit = what === 'zeta' || what === 'outputSigns';
    const keptColumns = columns === unitsBefore ? keptUnits : everything(columns);
    const last = byWeight ? [keptInputs, keptColumns] : [byUnit ? keptUnits : keptInputs];
    const lengths = byWeight ? [inputs, columns] : [byUnit ? unitsBefore : inputs];
    const leading = small.slice(0, small.length - last.length);
    const big = [...leading, ...lengths];
    const indices = [...leading.map(everything), ...last];
    const values = noise(key, big);
    let found = [0];
    big.forEach((length, axis) => {
      found = found.flatMap((base) => indices[axis].map((index) => base * length + index));
    });
    return Float32Array.from(found, (index) => values[index]);
  };
}

/** Numbers in [0, 1) that look random, the same for the same seed and name. */
export function scramble(seed: number, name: string): (i: number) => number {
  const start = [...name].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 65521, seed % 65521);
  return (i) => {
    const value = Math.sin(start * 12.9898 + i * 78.233) * 43758.5453;
    return value - Math.floor(value);
  };
}

/** Rows of inputs that `expectLaw` tries. */
export const rows = 3;

/** log α of 6 and more is pruned, of −3 not; sigmoid(6) is the α of variational dropout, whose log is −0.0025. */
export const threshold = -0.01;

const noises: readonly (() => NoiseModel)[] = [
  () => sparseVariational(),
  () => variationalDropout({ type: 'B', alpha: 'weight' }),
  () => variationalDropout({ type: 'B', alpha: 'output' }),
  () => variationalDropout({ type: 'B', alpha: 'input' }),
  () => variationalDropout({ type: 'A', alpha: 'input' }),
  () => bernoulliLearned({ rates: 'weight' }),
  () => bernoulliLearned({ rates: 'input' }),
];
const estimators: readonly (() => Estimator)[] = [localReparametrization, separateSamples, singleSample, flipout];

/** Noise of `count` layers, of which at least the first has log α, and an estimator that takes it. */
export const noisyLayers = (count: number) =>
  fc
    .record({
      first: fc.constantFrom(...noises),
      others: fc.array(fc.oneof(fc.constantFrom(...noises), fc.constant(noNoise)), {
        minLength: count - 1,
        maxLength: count - 1,
      }),
      estimator: fc.constantFrom(...estimators),
    })
    .map(({ first, others, estimator }) =>
      [first, ...others].map((make) => {
        const noise = make();
        return { noise, estimator: estimator().refuses(noise) === undefined ? estimator() : localReparametrization() };
      }),
    );

const eighths = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => n / 8);

/**
 * Parameters on a grid, so that sums are exact in float64 and folded biases exact in float32. About a third
 * of the units lose all weights that lead to them, a third of the inputs all weights that lead from them, and a third
 * of the other weights goes.
 */
export function randomParameters(model: Model, seed: number, weights: readonly number[] = eighths): TensorMap {
  return Object.fromEntries(
    [...model.parameters, ...model.carried].map(({ name, shape }) => {
      const [layer, what] = [name.slice(0, name.lastIndexOf('/')), name.slice(name.lastIndexOf('/') + 1)];
      const draw = scramble(seed, name);
      const dead = [scramble(seed, `${layer} outputs`), scramble(seed, `${layer} inputs`)];
      const [inputs, outputs] = shape.slice(-2);
      const data = Float32Array.from({ length: elementCount(shape) }, (_, i) => {
        const grid = grids[what];
        if (what === 'weights') return weights[Math.floor(draw(i) * weights.length)];
        if (grid) return grid[Math.floor(draw(i) * grid.length)];
        const output = i % outputs;
        const input = Math.floor(i / outputs) % inputs;
        // One rate a unit is shared by what is on its other side, so that only its own axis counts.
        const gone = (outputs > 1 && dead[0](output) < 0.35) || (inputs > 1 && dead[1](input) < 0.35) || draw(i) < 0.3;
        return gone ? 6 : -3;
      });
      return [name, { shape, data }];
    }),
  );
}

/** With an ε of ¼ the variances have the roots 1 and 2. */
const grids: Readonly<Record<string, readonly number[]>> = {
  bias: [-0.5, 0, 0.25, 0.75],
  shift: [-0.5, 0, 0.25, 0.75],
  mean: [-0.5, 0, 0.25, 0.75],
  scale: [-2, 0.5, 1, 2],
  slope: [-0.5, 0.25, 0.5],
  variance: [0.75, 3.75],
};

/** The same noise for the same key and shape. */
const someNoise: Noise = (key, shape) => {
  const draw = scramble(7, key);
  return Float32Array.from({ length: elementCount(shape) }, (_, i) => draw(i));
};

/**
 * Expects that the pruned model computes what the masked model computes, with means and with the same noise, and that it can be
 * made again from its parameters. Returns what pruning
 * for the law and for the means gives.
 */
export function expectLaw(model: Model, parameters: TensorMap, seed: number) {
  const masked = mask(model, parameters, { threshold });
  const pruned = prune(model, parameters, { threshold });
  const columns = elementCount(model.inputShape);
  const draw = scramble(seed, 'x');
  const { limit } = model.inputs[0];
  const x = Float32Array.from({ length: rows * columns }, (_, i) =>
    limit === undefined ? Math.floor(draw(i) * 16 - 8) / 8 : Math.floor(draw(i) * limit),
  );
  const agree = (a: Float64Array, b: Float64Array) => {
    // The same terms in the same order but for zeros and folded constants, which are exact on the grid: a few
    // hundred roundings of 2⁻⁵³ at most.
    const largest = Math.max(1, ...a.map(Math.abs));
    a.forEach((value, i) => {
      expect(Math.abs(value - b[i])).toBeLessThanOrEqual(1e-11 * largest);
    });
  };
  agree(forward(model, masked, x, 'mean'), forward(pruned.model, pruned.parameters, x, 'mean'));
  const forMeans = prune(model, parameters, { threshold, preserve: 'mean' });
  agree(forward(model, masked, x, 'mean'), forward(forMeans.model, forMeans.parameters, x, 'mean'));
  agree(
    forward(model, masked, x, someNoise),
    forward(pruned.model, pruned.parameters, x, coupled(model, pruned, someNoise)),
  );
  expect(resizeModel(model, pruned.parameters).parameters).toEqual(pruned.model.parameters);
  return { pruned, forMeans };
}

/** How many parts have another bias than before, where their units stay. */
export function foldedBiases(parameters: TensorMap, { parameters: after, report }: Pruned): number {
  return report.layers.filter(({ layer, keptUnits }) =>
    after[`${layer}/bias`]?.data.some((value, j) => value !== parameters[`${layer}/bias`].data[keptUnits[j]]),
  ).length;
}
