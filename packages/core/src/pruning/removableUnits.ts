import { VardropError } from '../errors.js';
import type { BuiltLayer, LinearLayer } from '../layers/layer.js';
import { type Model, parametersOf } from '../layers/sequential.js';
import { elementCount } from '../program/shapes.js';
import type { TensorMap } from '../tensorData.js';
import { evaluateBuilt } from './evaluateBuilt.js';
import { layerTensors } from './layerTensors.js';
import { type Preserved, type WeightStates, weightStates } from './weightStates.js';

/** A layer with weights. */
type Weighted = BuiltLayer & { readonly linear: LinearLayer };

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
  const weighted = model.layers.flatMap((layer, index) => (layer.linear ? [index] : []));
  return weighted.slice(1).flatMap((end, i) => {
    const start = weighted[i];
    const middle = model.layers.slice(start + 1, end);
    const resizable = [start, end].every((index) => model.options.layers[index].withUnits !== undefined);
    if (!resizable || !middle.every(leavesApart)) return [];
    return [{ source: model.layers[start] as Weighted, middle, target: model.layers[end] as Weighted }];
  });
}

/**
 * Whether a layer keeps or spreads units. Throws `VARDROP_PRUNE` if its last axes contradict that: their lengths must be equal,
 * or the second a multiple of the first.
 */
function leavesApart({ name, units = 'mixed', inputShape, outputShape }: BuiltLayer): boolean {
  if (units === 'mixed') return false;
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
  const units = source.linear.weightShape[source.linear.weightShape.length - 1];
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
    const outputs = elementCount(target.outputShape);
    const sums = evaluateBuilt(
      layerTensors(target, parameters),
      { rows: constant.length, shape: target.inputShape, data: rows.flatMap((row) => [...row]) },
      (b, tensors, x) => target.linear.map.apply(b, x, parametersOf(target, tensors).weights),
    );
    constant.forEach((unit, row) => {
      if (rows[row].every((value) => value === 0)) {
        removable.push(unit);
        return;
      }
      const shift = sameEverywhere(
        sums.subarray(row * outputs, (row + 1) * outputs),
        target.outputShape[target.outputShape.length - 1],
      );
      if (!shift || readWithNoise[unit] || !target.linear.bias) return;
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
  const [inputs, outputs] = target.linear.weightShape.slice(-2);
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
  const layers = [source, ...middle];
  return evaluateBuilt(
    Object.assign({}, ...layers.map((layer) => layerTensors(layer, parameters))),
    { rows: 1, shape: source.inputShape, data: new Float64Array(elementCount(source.inputShape)) },
    (b, tensors, x) => layers.reduce((value, layer) => layer.apply(b, value, parametersOf(layer, tensors), 'mean'), x),
  );
}

/** One number per unit for `values` `[…positions, units]`; undefined where positions differ or are not finite. */
function sameEverywhere(values: Float64Array, units: number): Float64Array | undefined {
  const first = values.slice(0, units);
  return values.every((value, i) => Number.isFinite(value) && value === first[i % units]) ? first : undefined;
}
