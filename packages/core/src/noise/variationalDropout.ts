import { checkChoice } from '../checkChoice.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Builder, Value } from '../program/builder.js';
import { elementCount } from '../program/shapes.js';
import { withRecipe } from '../recipe.js';
import { alphaShape, inputUnits } from './granularity.js';
import type {
  Granularity,
  InputNoise,
  LayerParameters,
  ParameterSpecification,
  WeightNoise,
  WeightShape,
} from './noiseModel.js';
import { alphaOfRate, checkRate } from './rate.js';

/** Options of variational dropout. */
export interface VariationalDropoutOptions<Type extends 'A' | 'B', Alpha extends Granularity> {
  /** `A`: one factor N(1, α) per input unit. `B` (the default): independent weight noise N(θ, αθ²). */
  readonly type?: Type;
  /** What one α belongs to. Default: `layer`. */
  readonly alpha?: Alpha;
  /** Initial dropout rate p ≤ ½, which gives the initial α = p/(1 − p). Default: 0.2. */
  readonly rate?: number;
}

/** The largest initial α. Close to α = 1 the slope of sigmoid(ρ) vanishes, so α could not be learned. */
const largestStart = 0.98;

/**
 * Variational dropout (Kingma, Salimans & Welling 2015, section 3): Gaussian dropout whose α is learned, one for the network, a
 * layer, an input unit, or (type B) an output unit or a weight. α = sigmoid(ρ) keeps it in (0, 1), where the paper found
 * training to be stable. Throws `VARDROP_RATE` for a rate that is 0 or above ½, `VARDROP_ALPHA` for a granularity that the type
 * does not have, `VARDROP_NOISE_TYPE` for another type, and `VARDROP_OPTION` for unknown options.
 */
export function variationalDropout(
  options: VariationalDropoutOptions<'A', 'network' | 'layer' | 'input'> & { readonly type: 'A' },
): InputNoise;
export function variationalDropout(options?: VariationalDropoutOptions<'B', Granularity>): WeightNoise;
export function variationalDropout(
  options: VariationalDropoutOptions<'A' | 'B', Granularity>,
): InputNoise | WeightNoise;
export function variationalDropout(
  options: VariationalDropoutOptions<'A' | 'B', Granularity> = {},
): InputNoise | WeightNoise {
  checkOptionNames('variationalDropout', options, { type: true, alpha: true, rate: true }, { p: 'Write rate.' });
  const { type = 'B', alpha: granularity = 'layer', rate = 0.2 } = options;
  checkChoice('VARDROP_NOISE_TYPE', '[variationalDropout] type', type, ['A', 'B']);
  checkRate('variationalDropout', rate, 0.5);
  if (rate === 0) {
    throw new VardropError(
      'VARDROP_RATE',
      '[variationalDropout] rate: got 0, needs an initial rate above 0, since log α has to be finite. Use noNoise() for no noise.',
    );
  }
  const allowed: readonly Granularity[] =
    type === 'A' ? ['network', 'layer', 'input'] : ['network', 'layer', 'input', 'output', 'weight'];
  if (!allowed.includes(granularity)) {
    throw new VardropError(
      'VARDROP_ALPHA',
      `[variationalDropout] alpha: got ${formatValue(granularity)} for type ${type}, needs one of ${allowed.join(', ')}. Type A draws one factor per input unit, so it has no α per weight or output unit; type B has both.`,
    );
  }
  const start = Math.min(alphaOfRate(rate), largestStart);
  const rho = Math.log(start / (1 - start));
  const parameters = (weights: WeightShape): readonly ParameterSpecification[] => [
    {
      name: 'rho',
      shape: alphaShape(granularity, weights),
      owner: granularity === 'network' ? 'network' : 'layer',
      initialize: { kind: 'constant', value: rho },
    },
  ];
  const common = {
    alpha: granularity,
    learns: 'scale' as const,
    bounded: true,
    parameters,
    logAlpha: (b: Builder, { rho: value }: LayerParameters) => logSigmoid(b, value),
  };
  const posterior = (variables: (weights: WeightShape) => number) => ({
    posterior: (b: Builder, { rho: value }: LayerParameters, weights: WeightShape) => ({
      kind: 'scale' as const,
      logAlpha: logSigmoid(b, value),
      alpha: b.sigmoid(value),
      count: variables(weights) / elementCount(alphaShape(granularity, weights)),
    }),
  });
  if (type === 'A') {
    return withRecipe('variationalDropout', options, {
      ...common,
      ...posterior(inputUnits),
      name: 'variational-a',
      acts: 'inputs',
      moments: (b, { rho: value }) => ({ mean: b.constant(1), variance: b.sigmoid(value) }),
      scale: (b, { rho: value }, draw, shape) => {
        // [1, in] or [1, 1, in, 1] → the last axis, where the units of an input are.
        const deviation = b.exp(b.mul(0.5, logSigmoid(b, value)));
        const units = value.shape.length === 0 ? deviation : b.reshape(deviation, [elementCount(value.shape)]);
        return b.add(1, b.mul(units, draw('normal', 'scale', shape)));
      },
    });
  }
  return withRecipe('variationalDropout', options, {
    ...common,
    ...posterior(elementCount),
    name: 'variational-b',
    acts: 'weights',
    symmetric: true,
    moments: (b, { weights: mean, rho: value }) => ({
      mean,
      variance: b.mul(b.sigmoid(value), b.square(mean)),
      deviation: b.mul(b.exp(b.mul(0.5, logSigmoid(b, value))), mean),
    }),
  });
}

/** log sigmoid(ρ), accurate for any ρ. */
function logSigmoid(b: Builder, rho: Value): Value {
  return b.neg(b.softplus(b.neg(rho)));
}
