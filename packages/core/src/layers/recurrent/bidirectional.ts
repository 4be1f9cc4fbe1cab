import { checkChoice } from '../../checkChoice.js';
import { checkOptionNames } from '../../checkOptionNames.js';
import { checkString } from '../../checkString.js';
import { VardropError } from '../../errors.js';
import { formatValue } from '../../formatValue.js';
import { checkLayer, defineLayer } from '../defineLayer.js';
import type { Layer, LayerDefinition } from '../layer.js';
import { nestedLayer } from '../nestedLayer.js';

/** Options of a bidirectional layer. */
export interface BidirectionalOptions {
  readonly name?: string;
  /** The layer that reads the steps forward, such as `gru({ units: 8 })`. Another one like it reads them backward. */
  readonly layer: LayerDefinition;
  /** `concatenate` (the default): `[…, 2 · units]`, forward first. `sum`: `[…, units]`. */
  readonly merge?: 'concatenate' | 'sum';
}

/**
 * Reads sequences in both directions with two recurrent layers, each with parameters of its own (Schuster & Paliwal 1997):
 * `forward/…` and `backward/…`. With `returns: 'sequence'` both states of a step lie at its place, as in Keras and PyTorch.
 * Inputs are those of the layer, a mask or lengths included.
 *
 * Throws `VARDROP_MODEL` unless `layer` is a layer, `VARDROP_LAYER` for layers that cannot be reversed and another `merge`,
 * `VARDROP_OPTION` for unknown options, and what the layer throws for shapes that do not fit.
 */
export function bidirectional(options: BidirectionalOptions): Layer {
  const elsewhere = { mergeMode: 'Write merge.' };
  checkOptionNames('bidirectional', options, { layer: true, merge: true, name: true }, elsewhere);
  const { layer, merge = 'concatenate', name: ownName } = options;
  checkLayer('[bidirectional] layer', layer);
  const reversed = layer.reversed?.();
  if (reversed === undefined) {
    throw new VardropError(
      'VARDROP_LAYER',
      `[bidirectional] layer: got ${formatValue(layer.kind)}, needs a layer over time such as gru() returns.`,
    );
  }
  checkChoice('VARDROP_LAYER', '[bidirectional] merge', merge, ['concatenate', 'sum']);
  if (ownName !== undefined) checkString('[bidirectional] name', ownName);
  return defineLayer({
    kind: 'bidirectional',
    name: ownName,
    arity: layer.arity,
    recipe: { part: 'bidirectional', options },
    build(name, inputShapes, defaults) {
      const directions = [
        nestedLayer('forward', layer.build(`${name}/forward`, inputShapes, defaults)),
        nestedLayer('backward', reversed.build(`${name}/backward`, inputShapes, defaults)),
      ];
      const [{ outputShape }] = directions;
      const last = outputShape.length - 1;
      const parameters = directions.flatMap((direction) => direction.parameters);
      return {
        name,
        kind: 'bidirectional',
        inputShapes,
        outputShape:
          merge === 'sum' ? outputShape : outputShape.map((length, axis) => (axis === last ? 2 * length : length)),
        // A parameter of the network belongs to both directions.
        parameters: parameters.filter((one, i) => parameters.findIndex((other) => other.name === one.name) === i),
        parts: directions.flatMap((direction) => direction.parts),
        inputParts: inputShapes.map((_, k) => directions.flatMap(({ inputParts }) => inputParts[k] ?? [])),
        apply(b, inputs, given, mode) {
          const [forward, backward] = directions.map((direction) => direction.apply(b, inputs, given, mode));
          return merge === 'sum' ? b.add(forward, backward) : b.concatenate([forward, backward], -1);
        },
      };
    },
  });
}
