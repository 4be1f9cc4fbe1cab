import type { Estimator, Layer } from '@vardrop/core';
import type { Draw, EstimatorContext } from '@vardrop/core/extend';
import { type Builder, rewrite, type Value } from '@vardrop/core/program';
import { coreModels, type Models } from '../../src/models.js';
import { built, model } from './model.js';
import type { Mutant } from './mutant.js';

const { conv2d, flipout, local, separate, single } = coreModels;

/** Layers whose bias goes in some other way. */
const withBias = <Options>(
  make: (options: Options) => Layer,
  change: (b: Builder, bias: Value, context: { readonly x: Value; readonly draw: Draw | undefined }) => Value,
) =>
  built(make, (layer) => ({
    apply(b, [x], parameters, mode) {
      if (!parameters.bias) return layer.apply(b, [x], parameters, mode);
      const { draw } = mode;
      const without = b.mul(0, parameters.bias);
      return b.add(
        layer.apply(b, [x], { ...parameters, bias: without }, mode),
        change(b, parameters.bias, { x, draw }),
      );
    },
  }));

const dense = (change: Parameters<typeof withBias>[1]): Partial<Models> => ({
  dense: withBias(coreModels.dense, change),
});

/** Moments in closed form, one of which is changed; a mean's operands are γ and the bias. */
const closed = (
  output: 'mean' | 'variance',
  change: (b: Builder, right: Value, operands: readonly Value[]) => Value,
): Partial<Models> => ({
  momentsProgram(network) {
    const program = coreModels.momentsProgram(network);
    const changed = program.nodes[program.outputs[output]];
    return rewrite(program, (b, node, operands) =>
      node === changed ? change(b, b.copy(node, operands), operands) : undefined,
    );
  },
});

const moments = 'sparse variational, local';
const zeros = 'sparse variational, local: a datapoint of zeros is the biases';

/** An estimator that does something else with noise on weights, or on the inputs. */
const estimating = (make: () => Estimator, acts: 'weights' | 'inputs', apply: (context: EstimatorContext) => Value) => {
  return (): Estimator => {
    const estimator = make();
    return {
      ...estimator,
      apply: (context) => (context.noise.acts === acts ? apply(context) : estimator.apply(context)),
    };
  };
};

/** Flipout with signs of other shapes. */
const flipping = (
  shapes: (x: Value, y: Value) => { readonly inputs: Value['shape']; readonly outputs: Value['shape'] },
) =>
  estimating(flipout, 'weights', ({ builder: b, linear, noise, x, parameters, draw }) => {
    if (noise.acts !== 'weights') return x;
    const { mean, deviation } = noise.moments(b, parameters);
    const y = linear.apply(b, x, mean);
    const { inputs, outputs } = shapes(x, y);
    const signs = (name: string, shape: Value['shape']) => b.selectGreater(0.5, draw('uniform', name, shape), 1, -1);
    const perturbation = b.mul(deviation, draw('normal', 'weights', mean.shape));
    const flipped = linear.apply(b, b.mul(x, signs('inputSigns', inputs)), perturbation);
    return b.add(y, b.mul(flipped, signs('outputSigns', outputs)));
  });

const isImage = (value: Value) => value.shape.length === 4;
const units = (value: Value, rows: 'batch' | 1 = 'batch'): Value['shape'] =>
  value.shape.map((n, axis) => (axis === 0 ? rows : axis === value.shape.length - 1 ? n : 1));
/** One sign for all units of an image, and those that there should be in a dense layer. */
const oneForImages = (value: Value): Value['shape'] => (isImage(value) ? ['batch', 1, 1, 1] : units(value));

const signs = 'signs of flipout in a convolution';

const inLaw = (defect: string, models: Partial<Models>, property: string) =>
  model(defect, 'local-reparametrization', models, property);

/** Biases that are wrong, and noise in convolutions that is shared by too much or too little. */
export const layerMutants: readonly Mutant[] = [
  inLaw(
    'a bias added twice',
    dense((b, bias) => b.mul(2, bias)),
    moments,
  ),
  inLaw(
    'a bias left out under noise',
    dense((b, bias, { draw }) => (draw ? b.mul(0, bias) : bias)),
    moments,
  ),
  inLaw(
    'the biases of two outputs changed round',
    dense((b, bias) => b.reshape(b.matmul(b.reshape(bias, [1, Number(bias.shape[0])]), reversal(b, bias)), bias.shape)),
    moments,
  ),
  inLaw(
    'a bias with noise of its own',
    dense((b, bias, { draw }) => {
      if (!draw) return bias;
      const noise = draw('normal', 'bias', ['batch', ...bias.shape]);
      return b.mul(bias, b.add(1, b.mul(0.5, noise)));
    }),
    moments,
  ),
  model(
    'a bias added before the variance',
    'special-cases',
    {
      local: estimating(local, 'weights', ({ builder: b, linear, noise, x, parameters, draw }) => {
        if (noise.acts !== 'weights') return x;
        const { mean, variance } = noise.moments(b, parameters);
        const gamma = linear.apply(b, x, mean);
        const delta = linear.apply(b, b.square(x), variance);
        const given = parameters.bias ? b.add(delta, b.square(b.mul(0.2, parameters.bias))) : delta;
        return b.add(gamma, b.mul(b.sqrt(given), draw('normal', 'zeta', gamma.shape)));
      }),
    },
    zeros,
  ),
  model(
    'a bias that drops out with the inputs',
    'special-cases',
    dense((b, bias, { x, draw }) => {
      if (!draw) return bias;
      const kept = b.selectGreater(b.reduceMax(b.abs(x), [1], true), 0, 1, 0.5);
      return b.mul(bias, kept);
    }),
    zeros,
  ),
  model(
    'twice the gradient of a bias',
    'gradient-variance',
    dense((b, bias) => b.withDerivative(bias, [[bias, 2]])),
    'moments, local',
  ),
  model(
    'a bias that learns nothing',
    'gradient-variance',
    dense((b, bias) => b.stopGradient(bias)),
    'moments, single',
  ),

  inLaw(
    'a bias added twice to the mean in closed form',
    closed('mean', (b, mean, [, bias]) => b.add(mean, bias)),
    'sparse variational, closed moments',
  ),
  inLaw(
    'a bias left out of the mean in closed form',
    closed('mean', (_, __, [gamma]) => gamma),
    'Bernoulli, closed moments',
  ),
  inLaw(
    'a deviation in place of the variance in closed form',
    closed('variance', (b, variance) => b.sqrt(variance)),
    'variational A, α a input, closed moments',
  ),
  inLaw(
    'a bias of a convolution added twice',
    { conv2d: withBias(conv2d, (b, bias) => b.mul(2, bias)) },
    'convolution, local',
  ),
  inLaw(
    'a bias of a convolution with noise for each location',
    {
      conv2d: built(conv2d, (layer) => ({
        apply(b, x, parameters, mode) {
          const y = layer.apply(b, x, parameters, mode);
          return mode.draw === undefined || !parameters.bias
            ? y
            : b.add(y, b.mul(b.mul(0.6, parameters.bias), mode.draw('normal', 'bias', y.shape)));
        },
      })),
    },
    'convolution, separate',
  ),
  inLaw(
    'filters that share their noise',
    {
      single: estimating(single, 'weights', (context) => {
        const { builder: b, linear, noise, x, parameters, draw } = context;
        if (noise.acts !== 'weights' || !isImage(x)) return single().apply(context);
        const { mean, deviation } = noise.moments(b, parameters);
        const epsilon = draw('normal', 'weights', [...mean.shape.slice(0, -1), 1]);
        return linear.apply(b, x, b.add(mean, b.mul(deviation, epsilon)));
      }),
    },
    'convolution, single',
  ),
  inLaw(
    'channels that share their noise',
    {
      separate: estimating(separate, 'weights', (context) => {
        const { builder: b, linear, noise, x, parameters, draw } = context;
        if (noise.acts !== 'weights' || !isImage(x)) return separate().apply(context);
        const { mean, deviation } = noise.moments(b, parameters);
        const shape = mean.shape.map((n, axis) => (axis === 2 ? 1 : n));
        return linear.applyEach(b, x, b.add(mean, b.mul(deviation, draw('normal', 'weights', ['batch', ...shape]))));
      }),
    },
    'convolution, separate',
  ),
  inLaw(
    'single noise in convolutions that is drawn for each datapoint',
    {
      single: estimating(single, 'weights', (context) =>
        isImage(context.x) ? separate().apply(context) : single().apply(context),
      ),
    },
    'convolution, single',
  ),
  inLaw(
    'single factors on the inputs that are drawn for each datapoint',
    { single: estimating(single, 'inputs', (context) => separate().apply(context)) },
    'variational-a, single: datapoints share their noise',
  ),
  inLaw(
    'factors for each pixel in place of each channel',
    {
      local: estimating(local, 'inputs', ({ builder: b, linear, noise, x, parameters, draw }) =>
        noise.acts === 'inputs'
          ? linear.apply(b, b.mul(x, noise.scale(b, parameters, draw, x.shape)), parameters.weights)
          : x,
      ),
    },
    'convolution, factors on the inputs',
  ),
  inLaw(
    'one factor for all channels',
    {
      local: estimating(local, 'inputs', ({ builder: b, linear, noise, x, parameters, draw }) => {
        if (noise.acts !== 'inputs') return x;
        const one: Draw = (distribution, name, shape) =>
          draw(distribution, name, shape.length === 4 ? oneForImages(x) : shape);
        return linear.apply(b, b.mul(x, noise.scale(b, parameters, one, units(x))), parameters.weights);
      }),
    },
    'convolution, factors on the inputs',
  ),
  inLaw(
    'flipout with one sign for all filters',
    { flipout: flipping((x, y) => ({ inputs: units(x), outputs: oneForImages(y) })) },
    signs,
  ),
  inLaw(
    'flipout with one sign for all channels',
    { flipout: flipping((x, y) => ({ inputs: oneForImages(x), outputs: units(y) })) },
    signs,
  ),
  inLaw(
    'flipout with signs for each pixel',
    { flipout: flipping((x, y) => ({ inputs: x.shape, outputs: units(y) })) },
    'convolution, flipout',
  ),
  inLaw(
    'flipout with signs for each location',
    { flipout: flipping((x, y) => ({ inputs: units(x), outputs: y.shape })) },
    'convolution, flipout',
  ),
  inLaw(
    'flipout in convolutions with the signs of the filters for all datapoints',
    {
      flipout: flipping((x, y) => ({ inputs: units(x), outputs: isImage(y) ? units(y, 1) : units(y) })),
    },
    signs,
  ),
  inLaw(
    'flipout in convolutions with the signs of the channels for all datapoints',
    {
      flipout: flipping((x, y) => ({ inputs: isImage(x) ? units(x, 1) : units(x), outputs: units(y) })),
    },
    signs,
  ),
];

/** The matrix that turns a vector's order round. */
function reversal(b: Builder, vector: Value): Value {
  const n = Number(vector.shape[0]);
  return b.constant(
    Array.from({ length: n * n }, (_, i) => (Math.floor(i / n) + (i % n) === n - 1 ? 1 : 0)),
    [n, n],
  );
}
