import { checkLayer } from '../layers/defineLayer.js';
import type { LayerDefinition } from '../layers/layer.js';
import { type ModelFromOptions, makePart, ownParts, within } from './makePart.js';
import { placeOf } from './place.js';

/**
 * The layers of a list of descriptions, as `describeModel(model).layers` has them, for a model of one's own. Names in the list are
 * left aside, since a model names its layers by itself; those in options stay. The list may come from outside, as that of
 * `modelFrom` may.
 *
 * Throws `VARDROP_DESCRIPTION` with the place in the list for another form, unknown parts, and options that their functions
 * refuse; `VARDROP_OPTION` for unknown options and `parts` that are no functions.
 */
export function layersFrom(layers: unknown, options: ModelFromOptions = {}): readonly LayerDefinition[] {
  const own = ownParts('layersFrom', options);
  return placeOf('layersFrom', 'layers', layers)
    .list()
    .map((place, i) => {
      place.members(['part', 'options'], ['name']);
      place.part();
      const description = place.value as Parameters<typeof makePart>[1];
      const layer = makePart(`layers[${i}]`, description, own);
      within(`layers[${i}]`, () => checkLayer(`[${description.part}] layer`, layer));
      return layer as LayerDefinition;
    });
}
