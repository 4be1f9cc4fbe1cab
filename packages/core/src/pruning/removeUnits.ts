import { VardropError } from '../errors.js';
import type { BuiltLayer } from '../layers/layer.js';
import { fullName, type Model } from '../layers/model.js';
import { replaceLayers } from '../layers/replaceLayers.js';
import { elementCount } from '../program/shapes.js';
import type { TensorData, TensorMap } from '../tensorData.js';
import { layerTensors } from './layerTensors.js';
import type { Pair, Removal } from './removableUnits.js';

/** A model with its parameters' values. */
export interface Network {
  readonly model: Model;
  readonly parameters: TensorMap;
}

/**
 * The network without some units of `source` and the weights of `target` that read them. Throws `VARDROP_PRUNE` for custom
 * parts whose parameters have no axis for the units, or share it with other layers.
 */
export function removeUnits(
  { model, parameters }: Network,
  { source, middle, target }: Pair,
  removal: Removal,
): Network {
  const units = source.part.weightShape[source.part.weightShape.length - 1];
  const gone = new Set(removal.units);
  const keep = (index: number) => !gone.has(index % units);
  const smaller = replaceLayers(model, (name, layer) =>
    name === source.name ? layer.withUnits?.(units - gone.size) : undefined,
  );
  const next: Record<string, TensorData> = {
    ...parameters,
    ...sliced(source.layer, parameters, -1, keep),
    ...Object.assign({}, ...middle.map((layer) => slicedMiddle(layer, parameters, keep))),
    ...sliced(target.layer, parameters, -2, keep),
  };
  if (removal.shift) {
    const { shift } = removal;
    const { shape, data } = next[`${target.name}/bias`];
    next[`${target.name}/bias`] = { shape, data: data.map((value, j) => value + shift[j]) };
  }
  for (const { name, shape } of smaller.parameters) {
    if (next[name].shape.join() === shape.join()) continue;
    throw new VardropError(
      'VARDROP_PRUNE',
      `[prune] parameter '${name}': got [${next[name].shape.join(', ')}] after removing units, needs [${shape.join(', ')}]. Give it the axes of the weights, each of full length or of length 1.`,
    );
  }
  return { model: smaller, parameters: next };
}

/** A layer's own tensors without some indices of the inputs (axis −2 of the weights) or outputs (axis −1). */
function sliced(layer: BuiltLayer, parameters: TensorMap, axis: -1 | -2, keep: (index: number) => boolean): TensorMap {
  const weightShape = parameters[`${layer.name}/weights`].shape;
  const length = weightShape[weightShape.length + axis];
  return Object.fromEntries(
    layer.parameters.flatMap((parameter) => {
      if (parameter.owner === 'network') return [];
      const name = fullName(layer, parameter);
      const tensor = parameters[name];
      const isBias = parameter.name === 'bias' && axis === -1;
      const at = isBias ? 0 : tensor.shape.length + axis;
      const hasAxis = isBias || (tensor.shape.length === weightShape.length && tensor.shape[at] === length);
      return hasAxis ? [[name, sliceAxis(tensor, at, keep)]] : [];
    }),
  );
}

/** The tensors of a layer that keeps or spreads units. Their last axes hold the units, as the inputs or outputs do. */
function slicedMiddle(layer: BuiltLayer, parameters: TensorMap, keep: (index: number) => boolean): TensorMap {
  const lengths = [layer.inputShapes[0], layer.outputShape].map((shape) => shape[shape.length - 1]);
  return Object.fromEntries(
    Object.entries(layerTensors(layer, parameters)).map(([name, tensor]) => {
      const last = tensor.shape.length - 1;
      return [name, lengths.includes(tensor.shape[last]) ? sliceAxis(tensor, last, keep) : tensor];
    }),
  );
}

function sliceAxis({ shape, data }: TensorData, axis: number, keep: (index: number) => boolean): TensorData {
  const inner = elementCount(shape.slice(axis + 1));
  const kept = Array.from({ length: shape[axis] }, (_, i) => i).filter(keep).length;
  return {
    shape: shape.map((n, i) => (i === axis ? kept : n)),
    data: data.filter((_, i) => keep(Math.floor(i / inner) % shape[axis])),
  };
}
