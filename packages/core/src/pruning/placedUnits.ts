import { VardropError } from '../errors.js';
import type { BuiltLayer, UnitPlacement } from '../layers/layer.js';

/** Which index of an input's last axis is at index i of the outputs' last axis; undefined: none of this input. */
export type SourceIndex = (i: number) => number | undefined;

/**
 * For each input where its units are in the outputs of a layer. Undefined if the layer mixes units, or those of one input: an input
 * of `kept` units with a last axis of length 1 that is repeated. Throws `VARDROP_PRUNE` for last axes that contradict
 * `BuiltLayer.units`.
 */
export function placedUnits(layer: BuiltLayer): readonly (SourceIndex | undefined)[] {
  const { inputShapes, outputShape, units = 'mixed' } = layer;
  const lengths = inputShapes.map(lastAxis);
  const length = lastAxis(outputShape);
  const refuse = (needs: string): never => {
    const all = [...inputShapes, outputShape].map((shape) => `[${shape.join(', ')}]`);
    throw new VardropError(
      'VARDROP_PRUNE',
      `[${layer.name}] units: got '${units}' for inputs ${all.slice(0, -1).join(', ')} and outputs ${all[all.length - 1]}, needs a last axis ${needs}. Leave units out where the layer mixes them.`,
    );
  };
  switch (units) {
    case 'mixed':
      return lengths.map(() => undefined);
    case 'kept':
      return lengths.map((own) => {
        if (own === length) return (i) => i;
        return own === 1 && lengths.length > 1 ? undefined : refuse('as long as before');
      });
    case 'repeated':
    case 'spread':
      return lengths.map((own) => {
        const times = length / own;
        if (!Number.isInteger(times)) refuse('that is a multiple of the one before');
        return units === 'spread' ? (i) => i % own : (i) => Math.floor(i / times);
      });
    case 'joined': {
      const starts = lengths.map((_, k) => lengths.slice(0, k).reduce((sum, own) => sum + own, 0));
      if (lengths.reduce((sum, own) => sum + own, 0) !== length) refuse('as long as those before together');
      return lengths.map((own, k) => (i) => (i >= starts[k] && i < starts[k] + own ? i - starts[k] : undefined));
    }
    default: {
      const unknown: never = units;
      throw new VardropError(
        'VARDROP_PRUNE',
        `[${layer.name}] units: got '${String(unknown)}', needs one of ${names.join(', ')}.`,
      );
    }
  }
}

const names: readonly UnitPlacement[] = ['kept', 'repeated', 'spread', 'joined', 'mixed'];

/** Whether outputs depend on several units of an input. */
export function mixesUnits({ units = 'mixed' }: BuiltLayer): boolean {
  return units === 'mixed';
}

/** The length of the last axis of a datapoint; 1 for a single number. */
export function lastAxis(shape: readonly number[]): number {
  return shape.length === 0 ? 1 : shape[shape.length - 1];
}
