import {
  binary,
  categorical,
  type GraphValue,
  gaussian,
  input,
  type Likelihood,
  type Model,
  type ModelDefaults,
  model,
  type TensorMap,
  VardropError,
} from '@vardrop/core';
import { checkObject, checkOptionNames, formatValue } from '@vardrop/core/backend';
import { elementCount } from '@vardrop/core/program';
import { activationOf, convertLayer, refuse } from './convertLayer.js';
import type { TfLayer, TfLayersModel } from './tfLayer.js';

/** Options of `fromLayersModel`. */
export interface FromLayersModelOptions extends ModelDefaults {
  /**
   * What the outputs mean. Default: `categorical()` for a last softmax, `binary()` for a last sigmoid, which the likelihood then applies;
   * else `gaussian()`.
   */
  readonly likelihood?: Likelihood;
}

/** A model of core, and the values of its parameters and running statistics. */
export interface ConvertedModel {
  readonly model: Model<Likelihood>;
  readonly parameters: TensorMap;
}

/**
 * A `tf.LayersModel` as a model of core with its weights: `createNetwork(model, { backend, parameters })` predicts as it does. With `noise` every
 * layer with weights gets it; `warmStart(model, parameters)` is then a state to fine-tune from. Layers keep their names. Dropout of tfjs does nothing
 * in predictions, and is left out. Tensors are read, not kept; the tfjs model is not changed.
 *
 * Throws `VARDROP_LAYERS_MODEL` for what is no such model, several inputs or outputs, a layer that is used twice, and layers, activations and
 * options that core does not have, by their names; `VARDROP_OPTION` for unknown options; and what core's layers throw.
 */
export function fromLayersModel(tf: TfLayersModel, options: FromLayersModelOptions = {}): ConvertedModel {
  checkOptionNames('fromLayersModel', options, { noise: true, estimator: true, divergence: true, likelihood: true });
  const given = tf as Partial<TfLayersModel> | null | undefined;
  const isLayers = Array.isArray(given?.layers) && given.layers.every((one) => typeof one?.getClassName === 'function');
  if (!isLayers || !Array.isArray(given?.inputs) || !Array.isArray(given.outputs)) {
    throw new VardropError(
      'VARDROP_LAYERS_MODEL',
      `[fromLayersModel] model: got ${formatValue(tf)}, needs a tf.LayersModel, as tf.sequential and tf.loadLayersModel give it. ${tf instanceof Promise ? 'Await it.' : 'A tf.GraphModel has no layers.'}`,
    );
  }
  if (tf.inputs.length !== 1 || tf.outputs.length !== 1)
    refuse(
      tf.outputs[0]?.sourceLayer.name ?? '',
      `${tf.inputs.length} inputs and ${tf.outputs.length} outputs`,
      'one of each',
    );
  const [source] = tf.inputs;
  const [end] = tf.outputs;
  const names = namesOf(tf.layers);
  const shape = source.shape
    .slice(1)
    .map((n) => n ?? refuse(source.sourceLayer.name, 'an axis of unknown length', 'fixed lengths'));
  const start = input({ shape });
  const values = new Map<string, GraphValue>([[source.sourceLayer.name, start]]);
  const tensors: Record<string, { readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> }> = {};
  for (const layer of tf.layers) {
    if (values.has(layer.name) || layer.getClassName() === 'InputLayer') continue;
    const before = inputsOf(layer, tf, source.sourceLayer.name).map(
      (name) => values.get(name) ?? refuse(layer.name, `the outputs of '${name}'`, 'those of layers before it'),
    );
    const isLast = layer.name === end.sourceLayer.name && options.likelihood === undefined;
    const name = names.get(layer.name) as string;
    if (isLast && layer.getClassName() === 'Softmax') {
      values.set(layer.name, before[0]);
      continue;
    }
    const converted = convertLayer(
      layer,
      name,
      layer.outputShape as readonly (number | null)[],
      activationOf(layer, isLast),
    );
    values.set(layer.name, converted.layer ? converted.layer(...before) : before[0]);
    for (const [own, { shape, dataSync }] of Object.entries(converted.tensors))
      tensors[`${name}/${own}`] = { shape: [...shape], data: Float32Array.from(dataSync()) };
  }
  const { likelihood = likelihoodOf(tf, end.sourceLayer.name), ...defaults } = options;
  checkObject('VARDROP_OPTION', '[fromLayersModel] likelihood', likelihood, 'predictive', 'categorical()');
  const outputs = values.get(end.sourceLayer.name) as GraphValue;
  const made = model({ ...defaults, inputs: start, outputs, likelihood });
  // What the likelihood learns, such as the noise of the targets, starts as in a new training.
  for (const { name, shape: own, initialize } of likelihood.parameters(made.outputShape)) {
    const data = new Float32Array(elementCount(own)).fill(initialize.kind === 'constant' ? initialize.value : 0);
    tensors[`likelihood/${name}`] = { shape: own, data };
  }
  return { model: made, parameters: tensors };
}

/** Names of core's layers; a name ends where core's own names have parts. */
function namesOf(layers: readonly TfLayer[]): ReadonlyMap<string, string> {
  return new Map(layers.map(({ name }) => [name, name.replaceAll(/[^\w]/g, '_')]));
}

/** The layers whose outputs a layer reads; in `tf.sequential` the one before. */
function inputsOf(layer: TfLayer, { layers }: TfLayersModel, source: string): readonly string[] {
  const { inboundNodes } = layer;
  if (inboundNodes.length > 1) refuse(layer.name, 'a layer that is used twice', 'layers that are used once');
  const read = inboundNodes[0]?.inboundLayers.map(({ name }) => name) ?? [];
  if (read.length > 0) return read;
  const before = layers[layers.indexOf(layer) - 1];
  return [before?.name ?? source];
}

function likelihoodOf({ layers }: TfLayersModel, end: string): Likelihood {
  const last = layers.find(({ name }) => name === end) as TfLayer;
  if (last.getClassName() === 'Softmax') return categorical();
  const { activation } = last.getConfig() as { readonly activation?: string };
  if (activation === 'softmax') return categorical();
  return activation === 'sigmoid' ? binary() : gaussian();
}
