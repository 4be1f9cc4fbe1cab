import { checkOptionNames } from '../../checkOptionNames.js';
import { VardropError } from '../../errors.js';
import { formatValue } from '../../formatValue.js';
import type { Likelihood, Likelihoods } from '../../likelihoods/likelihood.js';
import { callLayer, checkLayer } from '../defineLayer.js';
import { checkInputShape } from '../input.js';
import type { GraphValue, LayerDefinition } from '../layer.js';
import { createModel } from './createModel.js';
import type { Model, ModelDefaults } from './model.js';

/** What a sequential model is made of. */
export interface SequentialOptions<Given extends Likelihoods = Likelihoods> extends ModelDefaults {
  /** Shape of one datapoint: `[784]`, or `[28, 28, 1]` for images. */
  readonly input: readonly number[];
  readonly layers: readonly LayerDefinition[];
  /** What the outputs mean. Default: `categorical()`, which is checked when the model is trained or predicts. */
  readonly likelihood?: Given;
}

/**
 * A network of layers, one after the other: the graph `layers[1](layers[0](x))`. A layer that is listed twice has the same
 * parameters at both places. Throws `VARDROP_MODEL` if `layers` is empty or contains something else than layers, for an input
 * shape that is not made of positive integers, for a layer name that is empty, repeated, reserved or contains '/' or '#', for
 * layers that share a parameter but not its shape or initializer, and for parameters that `checkParameters` refuses;
 * `VARDROP_OPTION` for unknown options; `VARDROP_LIKELIHOOD` and `VARDROP_SHAPE` for a likelihood that does not fit the outputs; and
 * what its layers throw for shapes that do not fit.
 */
export function sequential<Given extends Likelihoods = Likelihood<'labels'>>(
  options: SequentialOptions<Given>,
): Model<Given> {
  const known = {
    input: true,
    layers: true,
    noise: true,
    estimator: true,
    divergence: true,
    likelihood: true,
  } as const;
  checkOptionNames('sequential', options, known, { inputShape: 'Write input.', loss: 'Write likelihood.' });
  const { input, layers, ...defaults } = options;
  checkInputShape('[sequential] input', input);
  if (!Array.isArray(layers) || layers.length === 0) {
    const got = Array.isArray(layers) ? 'none' : formatValue(layers);
    throw new VardropError(
      'VARDROP_MODEL',
      `[sequential] layers: got ${got}, needs an array of at least one. Write layers: [dense({ units })].`,
    );
  }
  const x: GraphValue = { source: 'input', options: { shape: input } };
  const output = layers.reduce((value: GraphValue, layer: LayerDefinition, index) => {
    checkLayer(`[sequential] layers[${index}]`, layer);
    return callLayer(layer, [value]);
  }, x);
  return createModel('sequential', { inputs: [x], outputs: { output } }, { ...defaults, inputs: x, outputs: output });
}
