import type { BuiltLayer } from '../layer.js';
import { parametersOfPart } from '../linearPart.js';
import { type Model, modelParts, parametersOf } from './model.js';

/** `Model.divergences` of layers. Each layer counts once, however often it is used. */
export function divergencesOf(layers: readonly BuiltLayer[]): Model['divergences'] {
  return (b, values) =>
    modelParts({ layers }).flatMap(({ name, layer, part }) => {
      const { divergence, noise, weightShape } = part;
      if (!divergence || !noise.posterior) return [];
      const posterior = noise.posterior;
      const own = parametersOfPart(part, parametersOf(layer, values));
      const kl = b.scope(name, () => b.label(divergence.kl(b, posterior(b, own, weightShape)), 'kl'));
      return [{ layer: name, kl }];
    });
}
