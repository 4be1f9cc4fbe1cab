import { VardropError } from '../errors.js';
import { type LinearPart, partName } from '../layers/linearPart.js';
import { fullName, type LayerCall, type Model } from '../layers/model/model.js';
import { replaceLayers } from '../layers/model/replaceLayers.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import { elementCount } from '../program/shapes.js';
import type { TensorData, TensorMap } from '../tensorData.js';
import { lastAxis, mixesUnits } from './placedUnits.js';
import type { Removal } from './removableUnits.js';

/** A model with its parameters' values. */
export interface Network<Given extends Likelihoods = Likelihoods> {
  readonly model: Model<Given>;
  readonly parameters: TensorMap;
}

/** Which indices of an axis stay. */
type Keep = (index: number) => boolean;

/** What stays of a part. */
export interface PartKeep {
  readonly rows: Keep;
  readonly columns: Keep;
  /** Outputs of the part, and elements of its bias: columns, or several for each row of a depthwise convolution. */
  readonly units: Keep;
}

/**
 * The network without some units, the weights that make and read them, and what else belongs to them. Throws `VARDROP_PRUNE` for
 * parts of one's own whose parameters have no axis for the units, or share it with other layers.
 */
export function removeUnits<Given extends Likelihoods>(
  { model, parameters }: Network<Given>,
  removal: Removal,
): Network<Given> {
  const keepIn = keepsOf(removal);
  // The first use of a layer has its name.
  const calls = model.calls.filter(({ name, layer }) => name === layer.name);
  const next: Record<string, TensorData> = { ...parameters };
  for (const [part, shift] of removal.shifts) {
    const { shape, data } = next[`${part}/bias`];
    next[`${part}/bias`] = { shape, data: data.map((value, j) => value + shift[j]) };
  }
  const counts = new Map<string, number>();
  for (const call of calls) {
    Object.assign(next, sliced(call, next, keepIn));
    const before = lastAxis(call.layer.outputShape);
    const count = keptIndices(before, keepIn(call.name)).length;
    if (call.layer.outputPart !== undefined && count < before) counts.set(call.name, count);
  }
  const smaller = replaceLayers(model, (name, layer) => {
    const count = counts.get(name);
    return count === undefined ? undefined : layer.withUnits?.(count);
  });
  for (const { name, shape } of [...smaller.parameters, ...smaller.carried]) {
    if (next[name].shape.join() === shape.join()) continue;
    throw new VardropError(
      'VARDROP_PRUNE',
      `[prune] parameter '${name}': got [${next[name].shape.join(', ')}] after removing units, needs [${shape.join(', ')}]. Give it the axes of the weights, each of full length or of length 1.`,
    );
  }
  return { model: smaller, parameters: next };
}

/** For a value, by name: which indices of its last axis stay. */
export function keepsOf({ graph, units }: Removal): (value: string) => Keep {
  return (value) => {
    const own = graph.units.get(value) as Int32Array;
    return (index) => !units.has(own[index]);
  };
}

/** What stays of a part. */
export function keepOfPart(
  { layer, name, inputs }: LayerCall,
  part: LinearPart,
  keepIn: (value: string) => Keep,
): PartKeep {
  const all: Keep = () => true;
  const input = layer.inputParts?.findIndex((parts) => parts.includes(part.name)) ?? -1;
  const makes = layer.outputPart === part.name;
  // A layer that does not mix units adds a bias to each of its outputs.
  const adds = makes || (input >= 0 && !mixesUnits(layer));
  const outputs = keepIn(name);
  return {
    rows: input < 0 ? all : keepIn(inputs[input]),
    columns: makes ? outputs : all,
    units: adds ? outputs : all,
  };
}

/** The tensors of a layer without the units that go, by full name. */
function sliced(call: LayerCall, parameters: TensorMap, keepIn: (value: string) => Keep): TensorMap {
  const { layer, name, inputs } = call;
  const found: Record<string, TensorData> = {};
  const inParts = new Set<string>();
  for (const part of layer.parts ?? []) {
    const keep = keepOfPart(call, part, keepIn);
    const { weightShape } = part;
    const rank = weightShape.length;
    for (const parameter of part.parameters) {
      const full =
        parameter.owner === 'network'
          ? fullName(layer, parameter)
          : `${partName(layer.name, part.name)}/${parameter.name}`;
      inParts.add(full);
      if (parameter.owner === 'network') continue;
      const tensor = parameters[full];
      if (parameter.name === 'bias') {
        found[full] = sliceAxis(tensor, 0, keep.units);
        continue;
      }
      found[full] = [rank - 2, rank - 1].reduce((slice, axis) => {
        const fits = tensor.shape.length === rank && tensor.shape[axis] === weightShape[axis];
        return fits ? sliceAxis(slice, axis, axis === rank - 1 ? keep.columns : keep.rows) : slice;
      }, tensor);
    }
  }
  if (mixesUnits(layer)) return found;
  const values = [name, ...inputs];
  const lengths = [layer.outputShape, ...layer.inputShapes].map(lastAxis);
  for (const parameter of [...layer.parameters, ...(layer.carried ?? [])]) {
    const full = fullName(layer, parameter);
    const tensor = parameters[full];
    const at = lengths.indexOf(lastAxis(tensor.shape));
    if (inParts.has(full) || parameter.owner === 'network' || tensor.shape.length === 0 || at < 0) continue;
    found[full] = sliceAxis(tensor, tensor.shape.length - 1, keepIn(values[at]));
  }
  return found;
}

/** The indices below `length` that stay, ascending. */
export function keptIndices(length: number, keep: Keep): number[] {
  return Array.from({ length }, (_, i) => i).filter(keep);
}

function sliceAxis(tensor: TensorData, axis: number, keep: Keep): TensorData {
  const { shape, data } = tensor;
  const kept = keptIndices(shape[axis], keep).length;
  if (kept === shape[axis]) return tensor;
  const inner = elementCount(shape.slice(axis + 1));
  return {
    shape: shape.map((n, i) => (i === axis ? kept : n)),
    data: data.filter((_, i) => keep(Math.floor(i / inner) % shape[axis])),
  };
}
