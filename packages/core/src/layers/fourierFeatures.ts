import { checkOptionNames } from '../checkOptionNames.js';
import { checkString } from '../checkString.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { defineLayer } from './defineLayer.js';
import type { Layer } from './layer.js';
import { uncertain } from './moments.js';

/** Options of `fourierFeatures`. */
export interface FourierFeaturesOptions {
  /** Number of outputs. The more, the closer to a Gaussian process; some hundred are usual. */
  readonly units: number;
  /** How far apart inputs have to be to have little to do with each other. Default: 1. */
  readonly lengthScale?: number;
  readonly name?: string;
}

/**
 * Waves of random frequencies and phases (Rahimi & Recht 2007): `√(2/units) cos(x W + p)` with `W ~ N(0, 1/lengthScale²)` `[in, units]` and
 * `p ~ U(−π, π)` `[units]`, `[batch, in]` → `[batch, units]`. Products of two rows' features are about `exp(−‖x − x'‖²/(2 lengthScale²))`. So a
 * dense layer on them with a Gaussian over its weights (`lastLayerLaplace`) is about a Gaussian process: away from the data it goes back
 * to its prior, as in SNGP (Liu et al. 2020). Frequencies and phases are drawn with the other initial values, and are not trained.
 *
 * Throws `VARDROP_LAYER` unless `units` is a positive integer and `lengthScale` a positive number, `VARDROP_OPTION` for unknown options,
 * and when built `VARDROP_SHAPE` for other inputs than `[batch, in]`.
 */
export function fourierFeatures(options: FourierFeaturesOptions): Layer {
  checkOptionNames('fourierFeatures', options, { units: true, lengthScale: true, name: true }, elsewhere);
  const { units, lengthScale = 1 } = options;
  const refuse = (what: string, got: unknown, needs: string): never => {
    throw new VardropError('VARDROP_LAYER', `[fourierFeatures] ${what}: got ${formatValue(got)}, needs ${needs}.`);
  };
  if (!Number.isInteger(units) || units < 1) refuse('units', units, 'a positive integer');
  if (!(typeof lengthScale === 'number' && lengthScale > 0 && Number.isFinite(lengthScale)))
    refuse('lengthScale', lengthScale, 'a positive number');
  if (options.name !== undefined) checkString('[fourierFeatures] name', options.name);
  return defineLayer({
    kind: 'fourierFeatures',
    name: options.name,
    recipe: { part: 'fourierFeatures', options },
    build(name, [inputShape]) {
      if (inputShape.length !== 1) {
        throw new VardropError(
          'VARDROP_SHAPE',
          `[${name}] inputs: got [batch, ${inputShape.join(', ')}], needs [batch, in]. Put flatten() before it.`,
        );
      }
      const [inputs] = inputShape;
      return {
        name,
        kind: 'fourierFeatures',
        inputShapes: [inputShape],
        outputShape: [units],
        parameters: [],
        carried: [
          { name: 'frequencies', shape: [inputs, units], initialize: { kind: 'normal', deviation: 1 / lengthScale } },
          { name: 'phases', shape: [units], initialize: { kind: 'uniform', limit: Math.PI } },
        ],
        apply(b, [x], _, { carried: { frequencies, phases } }) {
          const waves = b.cos(b.add(b.matmul(x, frequencies), phases));
          return b.label(b.mul(Math.sqrt(2 / units), waves), 'output');
        },
        // Of a Gaussian angle: E cos = e^(−v/2) cos m, Var cos = (1 − e^(−v)) (1 − e^(−v) cos 2m) / 2.
        moments(b, [x], _, { carried: { frequencies, phases }, source }) {
          const { mean, variance } = uncertain(b, x);
          const angle = b.add(b.matmul(mean, frequencies), phases);
          const spread = b.matmul(variance, b.square(frequencies));
          const fading = b.exp(b.neg(spread));
          const waves = b.mul(b.exp(b.mul(-0.5, spread)), b.cos(angle));
          const rest = b.mul(b.sub(1, fading), b.sub(1, b.mul(fading, b.cos(b.mul(2, angle)))));
          const result = { mean: b.mul(Math.sqrt(2 / units), waves), variance: b.mul(1 / units, rest) };
          // The mean slope is −e^(−v/2) sin m, and sin² = 1 − cos².
          const slope = b.mul(fading, b.sub(1, b.square(b.cos(angle))));
          source(result.mean, b.max(b.sub(result.variance, b.mul(2 / units, b.mul(slope, spread))), 0));
          return result;
        },
      };
    },
  });
}

const elsewhere = { outputDim: 'Write units.', scale: 'Write lengthScale.' } as const;
