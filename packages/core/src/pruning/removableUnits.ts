import { VardropError } from '../errors.js';
import type { BuiltLayer } from '../layers/layer.js';
import type { LinearPart } from '../layers/linearPart.js';
import { type LayerCall, type Model, parametersOf } from '../layers/model.js';
import { elementCount } from '../program/shapes.js';
import type { TensorMap } from '../tensorData.js';
import { evaluateBuilt } from './evaluateBuilt.js';
import { layerTensors } from './layerTensors.js';
import { type Preserved, type WeightStates, weightStates } from './weightStates.js';

/** A layer whose only weights are those of one map. */
export interface Weighted {
  readonly name: string;
  readonly layer: BuiltLayer;
  readonly part: LinearPart;
}

/** A layer whose units may be removed, and the next layer with weights, which reads them. */
export interface Pair {
  readonly source: Weighted;
  /** The layers from one to the other. Each keeps units or spreads them. */
  readonly middle: readonly BuiltLayer[];
  readonly target: Weighted;
}

/** Units to remove from `source`, ascending, and what to add to the bias of `target` in their place (undefined: nothing). */
export interface Removal {
  readonly units: readonly number[];
  readonly shift: Float64Array | undefined;
}

/** Neighbouring layers with weights, where all layers from one to the other keep or spread units. */
export function pairs(model: Model): readonly Pair[] {
  const { calls } = model;
  const isChain = calls.every(
    ({ name, inputs }, i) => i === 0 || (inputs.length === 1 && inputs[0] === calls[i - 1].name && !name.includes('#')),
  );
  if (!isChain) return [];
  const weighted = calls.flatMap(({ layer }, index) => (layer.parts?.length ? [index] : []));
  return weighted.slice(1).flatMap((end, i) => {
    const start = weighted[i];
    const middle = calls.slice(start + 1, end).map(({ layer }) => layer);
    const resizable = [start, end].every((index) => calls[index].definition.withUnits !== undefined);
    if (!resizable || !middle.every(leavesApart)) return [];
    return [{ source: weightedOf(calls[start]), middle, target: weightedOf(calls[end]) }];
  });
}

function weightedOf({ layer }: LayerCall): Weighted {
  return { name: layer.name, layer, part: layer.parts?.[0] as LinearPart };
}

/**
 * Whether a layer keeps or spreads units. Throws `VARDROP_PRUNE` if its last axes contradict that: their lengths must be equal,
 * or the second a multiple of the first.
 */
function leavesApart({ name, units = 'mixed', inputShapes: [inputShape], outputShape }: BuiltLayer): boolean {
  if (units === 'mixed' || units === 'joined') return false;
  const times = outputShape[outputShape.length - 1] / inputShape[inputShape.length - 1];
  if (units === 'kept' ? times === 1 : Number.isInteger(times)) return true;
  throw new VardropError(
    'VARDROP_PRUNE',
    `[${name}] units: got '${units}' for inputs [${inputShape.join(', ')}] and outputs [${outputShape.join(', ')}], needs a last axis ${units === 'kept' ? 'as long as before' : 'that is a multiple of the one before'}. Leave units out where the layer mixes them.`,
  );
}

/**
 * Units of `source` that can be removed without changing the distribution of the outputs of `target`: units that nothing reads,
 * and units that are constant because they have no inputs. A constant other than 0 is moved into the bias of `target`, provided
 * that there is a bias, that the weights add no noise to the constant, and that it adds the same everywhere (zero padding of an
 * image prevents that). One unit always stays. If only the means are preserved, noise is ignored.
 */
export function removableUnits({ source, middle, target }: Pair, parameters: TensorMap, preserve: Preserved): Removal {
  const units = source.part.weightShape[source.part.weightShape.length - 1];
  const own = weightStates(source, parameters, preserve).active;
  const next = weightStates(target, parameters, preserve);
  const driven = new Uint8Array(units);
  for (let i = 0; i < own.length; i++) if (own[i]) driven[i % units] = 1;
  const { read, readWithNoise } = readers(target, next, units);
  const removable: number[] = [];
  const constant: number[] = [];
  for (let unit = 0; unit < units; unit++) {
    if (!read[unit]) removable.push(unit);
    else if (!driven[unit]) constant.push(unit);
  }
  const shifts = new Map<number, Float64Array>();
  if (constant.length > 0) {
    const values = valuesAtTarget(source, middle, parameters);
    const rows = constant.map((unit) => values.map((value, i) => (i % units === unit ? value : 0)));
    const outputs = elementCount(target.layer.outputShape);
    const sums = evaluateBuilt(
      layerTensors(target.layer, parameters),
      { rows: constant.length, shape: target.layer.inputShapes[0], data: rows.flatMap((row) => [...row]) },
      (b, tensors, x) => target.part.map.apply(b, x, parametersOf(target.layer, tensors).weights),
    );
    constant.forEach((unit, row) => {
      if (rows[row].every((value) => value === 0)) {
        removable.push(unit);
        return;
      }
      const shift = sameEverywhere(
        sums.subarray(row * outputs, (row + 1) * outputs),
        target.layer.outputShape[target.layer.outputShape.length - 1],
      );
      if (!shift || readWithNoise[unit] || !target.part.bias) return;
      removable.push(unit);
      shifts.set(unit, shift);
    });
  }
  removable.sort((a, b) => a - b);
  if (removable.length === units) removable.shift();
  const shift = removable.reduce<Float64Array | undefined>((sum, unit) => {
    const one = shifts.get(unit);
    return one && sum ? sum.map((value, i) => value + one[i]) : (one ?? sum);
  }, undefined);
  return { units: removable, shift };
}

/** Which units a layer reads at all, and which it reads through noise. The inputs may repeat the units. */
function readers(target: Weighted, { active, noisy }: WeightStates, units: number) {
  const [inputs, outputs] = target.part.weightShape.slice(-2);
  const read = new Uint8Array(units);
  const readWithNoise = new Uint8Array(units);
  for (let i = 0; i < active.length; i++) {
    const unit = (Math.floor(i / outputs) % inputs) % units;
    if (!active[i]) continue;
    read[unit] = 1;
    if (noisy[i]) readWithNoise[unit] = 1;
  }
  return { read, readWithNoise };
}

/**
 * One row of inputs of the target when the inputs of the source are zeros. Units without inputs have this value for all inputs.
 */
function valuesAtTarget(source: Weighted, middle: readonly BuiltLayer[], parameters: TensorMap): Float64Array {
  const layers = [source.layer, ...middle];
  return evaluateBuilt(
    Object.assign({}, ...layers.map((layer) => layerTensors(layer, parameters))),
    { rows: 1, shape: source.layer.inputShapes[0], data: new Float64Array(elementCount(source.layer.inputShapes[0])) },
    (b, tensors, x) =>
      layers.reduce((value, layer) => layer.apply(b, [value], parametersOf(layer, tensors), meanMode), x),
  );
}

/** No noise. */
const meanMode = { training: false, carried: {}, carry: () => {} };

/** One number per unit for `values` `[…positions, units]`; undefined where positions differ or are not finite. */
function sameEverywhere(values: Float64Array, units: number): Float64Array | undefined {
  const first = values.slice(0, units);
  return values.every((value, i) => Number.isFinite(value) && value === first[i % units]) ? first : undefined;
}
