import type { BuiltLayer } from '../layers/layer.js';
import type { LayerCall, Model } from '../layers/model/model.js';
import { lastAxis, mixesUnits, placedUnits } from './placedUnits.js';
import { createUnionFind } from './unionFind.js';

/** Which units of a model belong together. */
export interface UnitGraph {
  /**
   * For each value, by the name of the input of the model or of the use of a layer: the unit of each index of its last axis. Indices
   * have the same unit where one cannot be removed without the other.
   */
  readonly units: ReadonlyMap<string, Int32Array>;
  /** Units that stay: those of inputs and outputs of the model, and those that meet a layer that says nothing about them. */
  readonly fixed: ReadonlySet<number>;
}

/**
 * Follows the units through all layers. Uses of one layer have the same weights, so what is one unit at one use is one at all.
 * Throws what `placedUnits` throws.
 */
export function unitGraph({ inputs, outputs, calls }: Model): UnitGraph {
  const lengths = new Map([
    ...inputs.map(({ name, shape }) => [name, lastAxis(shape)] as const),
    ...calls.map(({ name, layer }) => [name, lastAxis(layer.outputShape)] as const),
  ]);
  let count = 0;
  const starts = new Map<string, number>();
  for (const [name, length] of lengths) {
    starts.set(name, count);
    count += length;
  }
  const sets = createUnionFind(count);
  const indices = (value: string): number[] => {
    const start = starts.get(value) as number;
    return Array.from({ length: lengths.get(value) as number }, (_, i) => start + i);
  };
  for (const { name, layer, inputs: read } of calls) {
    const own = indices(name);
    placedUnits(layer).forEach((source, k) => {
      if (source === undefined) return;
      const before = indices(read[k]);
      own.forEach((index, i) => {
        const at = source(i);
        if (at !== undefined) sets.unite(before[at], index);
      });
    });
  }
  const fixed = [...inputs.map(({ name }) => name), ...outputs.map(({ from }) => from), ...calls.flatMap(fixedValues)];
  for (const [first, again] of sharedValues(calls)) {
    const [left, right] = [indices(first), indices(again)];
    // A layer of one's own may have weights that fit several lengths.
    if (left.length !== right.length) fixed.push(first, again);
    else for (const [i, index] of left.entries()) sets.unite(index, right[i]);
  }
  return {
    units: new Map([...lengths.keys()].map((value) => [value, Int32Array.from(indices(value), sets.find)])),
    fixed: new Set(fixed.flatMap(indices).map(sets.find)),
  };
}

/** The values whose units a use of a layer cannot do without. */
function fixedValues({ name, layer, definition, inputs }: LayerCall): readonly string[] {
  const placed = placedUnits(layer);
  const needed = inputs.filter((_, k) => placed[k] === undefined && readingParts(layer, k).length === 0);
  const resizable = !mixesUnits(layer) || (layer.outputPart !== undefined && definition.withUnits !== undefined);
  return resizable ? needed : [...needed, name];
}

/** The parts that read an input whose units the layer mixes. */
export function readingParts(layer: BuiltLayer, k: number): readonly string[] {
  return mixesUnits(layer) ? (layer.inputParts?.[k] ?? []) : [];
}

/** Pairs of values that meet the same weights: of the first use of a layer, and of a later one. */
function sharedValues(calls: readonly LayerCall[]): readonly (readonly [string, string])[] {
  const first = new Map<string, LayerCall>();
  return calls.flatMap((call) => {
    const { layer, name, inputs } = call;
    const earlier = first.get(layer.name);
    if (earlier === undefined) first.set(layer.name, call);
    if (earlier === undefined || layer.parameters.length + (layer.carried?.length ?? 0) === 0) return [];
    return [...inputs.map((value, k) => [earlier.inputs[k], value] as const), [earlier.name, name] as const];
  });
}
