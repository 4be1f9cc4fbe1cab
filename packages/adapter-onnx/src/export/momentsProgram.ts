import {
  type Builder,
  type BuiltLayer,
  gradients,
  type InputNoise,
  type Likelihood,
  type LinearLayer,
  type Model,
  type Program,
  simplify,
  type Value,
  VardropError,
} from '@vardrop/core';
import { startProgram } from './meanProgram.js';

/**
 * Mean and variance of the output layer's pre-activations under its own weight noise, given the activations of the layers
 * before it with their weights' means: `mean` = γ + bias and `variance` = δ, `[batch, …]` (Kingma, Salimans & Welling
 * 2015, eq. 6). The noise of the layers before is left out, and so are an activation of the output layer and layers
 * without weights after it. Variances are those of one unit; noise on the inputs also makes units covary.
 *
 * Throws `VARDROP_EXPORT` for a model without weights, an output layer without noise, and noise on the inputs that is not
 * Gaussian or that a convolution shares between locations, which have no such moments.
 */
export function momentsProgram(model: Model, likelihood: Likelihood): Program {
  const last = model.layers.map(({ linear }) => linear !== undefined).lastIndexOf(true);
  const layer = model.layers[last];
  const linear = layer?.linear;
  if (!linear) refuse('a model without weights', 'a dense or convolution layer');
  const { b, x, parameters } = startProgram('prediction (moments)', model, likelihood);
  const before = last === 0 ? x : model.trace(b, x, parameters, 'mean')[last - 1].output;
  b.scope(layer.name, () => {
    const { gamma, delta } = moments(b, layer, linear, before, parametersOf(layer, parameters));
    b.output('mean', linear.bias ? b.add(gamma, parameters[`${layer.name}/bias`]) : gamma);
    b.output('variance', delta);
  });
  const program = simplify(b.build());
  if (program.nodes.some((node) => node.op === 'input' && node.name === draw)) {
    refuse(`the noise '${linear.noise.name}', whose factors are no linear function of its numbers`, 'Gaussian noise');
  }
  return program;
}

/** Name of the input that stands for a standard normal number until it has gone. */
const draw = 'moments/draw';

function moments(
  b: Builder,
  layer: BuiltLayer,
  { map, noise, weightShape }: LinearLayer,
  x: Value,
  parameters: Readonly<Record<string, Value>>,
): { readonly gamma: Value; readonly delta: Value } {
  switch (noise.acts) {
    case 'nowhere':
      return refuse(`the output layer '${layer.name}' without noise`, 'noise there');
    case 'weights': {
      const { mean, variance } = noise.moments(b, parameters);
      return { gamma: map.apply(b, x, mean), delta: map.apply(b, b.square(x), variance) };
    }
    case 'inputs': {
      if (weightShape.length > 2) {
        refuse(`noise '${noise.name}' on the channels of '${layer.name}'`, 'a dense output layer, or noise on weights');
      }
      const variance = b.square(factorDeviation(b, noise, parameters, map.inputFactors as readonly number[]));
      return {
        gamma: map.apply(b, x, parameters.weights),
        delta: map.apply(b, b.mul(b.square(x), variance), b.square(parameters.weights)),
      };
    }
  }
}

/** Standard deviation of Gaussian factors on the inputs: what they change by with the number that they are made of. */
function factorDeviation(
  b: Builder,
  noise: InputNoise,
  parameters: Readonly<Record<string, Value>>,
  shape: readonly number[],
): Value {
  const number = b.input(draw, shape);
  const factors = noise.scale(
    b,
    parameters,
    (distribution) =>
      distribution === 'normal' ? number : refuse(`the noise '${noise.name}', which is not Gaussian`, 'Gaussian noise'),
    shape,
  );
  return gradients(b, b.reduceSum(factors), [number])[0];
}

function parametersOf(layer: BuiltLayer, values: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(
    layer.parameters.map(({ name, owner }) => [name, values[`${owner === 'network' ? owner : layer.name}/${name}`]]),
  );
}

function refuse(got: string, needs: string): never {
  throw new VardropError(
    'VARDROP_EXPORT',
    `[exportOnnx] kind 'moments': got ${got}, needs ${needs}. Export kind 'sample', or 'mean' without noise.`,
  );
}
