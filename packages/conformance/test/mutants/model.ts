import type { Layer, NoiseModel } from '@vardrop/core';
import { type BuiltLayer, defineLayer } from '@vardrop/core/extend';
import { coreModels, type Models } from '../../src/models.js';
import { type Mutant, withModels } from './mutant.js';

/** A mutant of core's models. */
export const model = (defect: string, law: string, models: Partial<Models>, property?: string): Mutant => ({
  subject: 'models',
  defect,
  law,
  properties: property === undefined ? undefined : [property],
  models: withModels(models),
});

/** Variational dropout of any kind, changed. */
export function changedVariational(change: (noise: NoiseModel) => NoiseModel): Models['variationalDropout'] {
  return ((options: Parameters<typeof coreModels.variationalDropout>[0]) =>
    change(coreModels.variationalDropout(options))) as Models['variationalDropout'];
}

/** Layers of one kind, changed once they are built. */
export function built<Options>(make: (options: Options) => Layer, change: (layer: BuiltLayer) => Partial<BuiltLayer>) {
  return (options: Options): Layer => {
    const layer = make(options);
    return defineLayer({
      ...layer,
      build(...given) {
        const right = layer.build(...given);
        return { ...right, ...change(right) };
      },
    });
  };
}
