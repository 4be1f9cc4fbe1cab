import { type Likelihood, type Network, VardropError } from '@vardrop/core';
import { headsOf, modelParts } from '@vardrop/core/extend';
import { createBuilder, elementCount } from '@vardrop/core/program';
import { evaluate } from '@vardrop/core/reference';

/** A dense layer with its weights at their means, `[in, out]`, followed by a rectifier whose slope below 0 is `slope`. */
export interface SparseLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly slope: number;
}

/** Rows of inputs and their counts are stored in 16 bits. */
const mostInputs = 2 ** 16 - 1;

const slopes: Readonly<Record<string, number>> = { linear: 1, relu: 0, leakyRelu: 0.01 };

function refuse(who: string, got: string, needs: string, remedy: string): never {
  throw new VardropError('VARDROP_SPARSE', `[compileSparse] ${who}: got ${got}, needs ${needs}. ${remedy}.`);
}

const elsewhere = 'Export it with exportOnnx({ sparse: true }), which takes every network';

/** The layers of a network. Throws `VARDROP_SPARSE` for one of other layers than dense ones with rectifiers, in a row. */
export function sparseLayers({ model, parameters, posterior }: Network): readonly SparseLayer[] {
  if (posterior !== undefined)
    refuse('network', `one with a posterior of kind '${posterior.kind}'`, 'one set of parameters', elsewhere);
  if (model.inputs.length !== 1 || model.outputs.length !== 1)
    refuse('network', 'several inputs or outputs', 'one of each', elsewhere);
  const layers: SparseLayer[] = [];
  let before = model.inputs[0].name;
  for (const { name, layer, inputs } of model.calls) {
    if (inputs.length !== 1 || inputs[0] !== before)
      refuse(name, 'a graph with branches', 'layers in a row', elsewhere);
    before = name;
    const slope = layer.activation === undefined ? undefined : slopes[layer.activation];
    const last = layers.at(-1);
    if (layer.kind === 'flatten' || layer.kind === 'reshape') continue;
    if (layer.kind === 'dense' && layer.inputShapes[0].length === 1 && slope !== undefined) {
      layers.push(denseLayer({ model, parameters }, name, slope));
      continue;
    }
    if ((layer.parts ?? []).length === 0 && slope !== undefined && last?.slope === 1) {
      layers[layers.length - 1] = { ...last, slope };
      continue;
    }
    const got = layer.kind === 'dense' ? `activation '${layer.activation}'` : `a layer of kind '${layer.kind}'`;
    refuse(name, got, 'dense layers [batch, in] with linear, relu or leakyRelu', elsewhere);
  }
  if (layers.length === 0) refuse('network', 'no layer with weights', 'at least one', elsewhere);
  return layers;
}

function denseLayer(
  { model, parameters }: Pick<Network, 'model' | 'parameters'>,
  name: string,
  slope: number,
): SparseLayer {
  const found = modelParts(model).find((part) => part.name === name);
  if (!found) return refuse(name, 'a layer that is used twice', 'layers of their own', elsewhere);
  const { noise, parameters: all, bias, weightShape } = found.part;
  const [inputs, outputs] = weightShape;
  if (inputs > mostInputs) refuse(name, `${inputs} inputs`, `at most ${mostInputs}`, elsewhere);
  const { data } = parameters[`${name}/weights`];
  const factor = noise.acts === 'inputs' ? noise.meanFactor : undefined;
  let weights: ArrayLike<number> = data;
  if (factor) {
    const b = createBuilder('mean weights');
    const own = Object.fromEntries(all.map((one) => [one.name, b.input(one.name, one.shape)]));
    b.output('weights', b.mul(factor(b, own), own.weights));
    const given = Object.fromEntries(all.map((one) => [one.name, parameters[`${name}/${one.name}`].data]));
    weights = evaluate(b.build(), { inputs: given }).weights;
  }
  return {
    ...{ inputs, outputs, slope },
    weights: Float32Array.from(weights),
    bias: bias ? Float32Array.from(parameters[`${name}/bias`].data) : new Float32Array(outputs),
  };
}

/** What becomes of the outputs: probabilities of classes, of yes, or the numbers themselves. */
export type OutputKind = 'classes' | 'yes' | 'numbers';

/** The kind, and by what outputs are divided first. Throws `VARDROP_SPARSE` for outputs that are not means. */
export function outputOf({ model }: Network): { readonly kind: OutputKind; readonly temperature: number } {
  const { name, recipe } = model.likelihood as Likelihood;
  const [{ targetShape }] = headsOf('compileSparse', model);
  const numbers = elementCount(model.outputShape);
  const { temperature = 1 } = (recipe?.options ?? {}) as { readonly temperature?: number };
  switch (name) {
    case 'categorical':
      return { kind: 'classes', temperature };
    case 'binary':
      return { kind: 'yes', temperature };
    case 'gaussian':
    case 'laplace':
    case 'studentT':
      if (elementCount(targetShape) === numbers) return { kind: 'numbers', temperature: 1 };
      return refuse('network', `${numbers} outputs for ${elementCount(targetShape)} targets`, 'means alone', elsewhere);
    default:
      return refuse(
        'network',
        `the likelihood '${name}'`,
        'categorical, binary, gaussian, laplace or studentT',
        elsewhere,
      );
  }
}
