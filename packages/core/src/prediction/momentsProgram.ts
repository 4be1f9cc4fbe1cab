import { checkObject } from '../checkObject.js';
import { VardropError } from '../errors.js';
import { type LinearPart, parametersOfPart } from '../layers/linearPart.js';
import { declareInputs, declareParameters } from '../layers/model/declare.js';
import { type LayerCall, type Model, parametersOf } from '../layers/model/model.js';
import type { LayerParameters } from '../noise/noiseModel.js';
import { type Builder, createBuilder, type Value } from '../program/builder.js';
import type { Program } from '../program/program.js';

/**
 * Mean and variance of the output layer's pre-activations as one program: outputs `mean` and `variance` `[batch,
 * …outputShape]`, inputs of role `shared`: the model's by name (`x` `[batch, …inputShape]`), every parameter of the model and what
 * it carries. They are those of the output layer's own noise, with the layers before it at their weights' means: `γ + bias` and
 * `δ` (Kingma, Salimans & Welling 2015, eq. 6); without noise the variance is 0. Of a model with several outputs the names begin
 * with that of the output: `<output>/mean`.
 *
 * Throws `VARDROP_MODEL` for no model, `VARDROP_MOMENTS` for an output that no layer with one map with weights gives, such as a
 * sum or a recurrent layer, and for noise on its inputs whose moments are not given, or which a convolution shares
 * across the cells of a channel.
 */
export function momentsProgram(model: Model): Program {
  checkObject('VARDROP_MODEL', '[momentsProgram] model', model, 'apply', 'sequential()');
  const b = createBuilder('prediction (moments)');
  const inputs = declareInputs(b, model);
  const parameters = declareParameters(b, [...model.parameters, ...model.carried]);
  const { trace } = model.forward(b, inputs, parameters, 'mean');
  const values = new Map([...Object.entries(inputs), ...trace.map(({ layer, output }) => [layer, output] as const)]);
  for (const { name, from } of model.outputs) {
    const { call, part } = outputPart(model, from);
    const prefix = model.outputs.length > 1 ? `${name}/` : '';
    b.scope(from, () => {
      const own = parametersOfPart(part, parametersOf(call.layer, parameters));
      const { map } = part;
      const hidden = values.get(call.inputs[0]) as Value;
      const noise = weightMoments(b, from, part, own);
      const gamma = b.label(map.apply(b, hidden, noise?.mean ?? own.weights), 'gamma');
      const delta = noise
        ? b.label(map.apply(b, map.applyScaled ? hidden : b.square(hidden), noise.variance), 'delta')
        : b.broadcast(b.constant(0), gamma.shape);
      b.output(`${prefix}mean`, part.bias ? b.add(gamma, own.bias) : gamma);
      b.output(`${prefix}variance`, delta);
    });
  }
  return b.build();
}

/** The layer that gives an output, and its only map. */
function outputPart({ calls }: Model, from: string): { readonly call: LayerCall; readonly part: LinearPart } {
  const call = calls.find(({ name }) => name === from);
  const { parts = [] } = call?.layer ?? {};
  if (call && parts.length === 1 && parts[0].name === '') return { call, part: parts[0] };
  const maps = parts.map(({ name }) => name).join(', ');
  const layer = parts.length === 0 ? 'a layer without weights' : `a layer with the maps ${maps}`;
  const got = call === undefined ? 'an input as output' : `an output of ${layer}`;
  throw new VardropError(
    'VARDROP_MOMENTS',
    `[${from}] moments: got ${got}, needs one of a layer with one map with weights. End the model with dense(), or use samples.`,
  );
}

/** Mean and variance of each weight with its noise, or with the factor of its input; undefined without noise. */
function weightMoments(b: Builder, layer: string, { noise, weightShape }: LinearPart, own: LayerParameters) {
  if (noise.acts === 'nowhere') return undefined;
  if (noise.acts === 'weights') return noise.moments(b, own);
  const refuse = (got: string, needs: string): never => {
    throw new VardropError('VARDROP_MOMENTS', `[${layer}] moments: got ${got}, needs ${needs}. Use samples instead.`);
  };
  if (weightShape.length !== 2) refuse('noise on the channels of a convolution', 'noise on weights, or a dense layer');
  const factor =
    noise.moments?.(b, own) ?? refuse(`the noise '${noise.name}' without moments`, 'noise that gives them');
  return { mean: b.mul(factor.mean, own.weights), variance: b.mul(factor.variance, b.square(own.weights)) };
}
