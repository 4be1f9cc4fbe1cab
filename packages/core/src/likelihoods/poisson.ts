import { checkOptionNames } from '../checkOptionNames.js';
import { poisson as poissonDistribution } from '../distributions/poisson.js';
import type { Builder, Value } from '../program/builder.js';
import { withRecipe } from '../recipe.js';
import type { Likelihood } from './likelihood.js';
import { checkMissing, type Missing, sumOfPresent } from './missing.js';
import { sumOfRow } from './sumOfRow.js';

/** Options of `poisson`. */
export interface PoissonOptions {
  /** Missing targets (NaN) are refused, or left out of the sum. Default: `refuse`. */
  readonly missing?: Missing;
}

/**
 * Counts: outputs `[batch, …]` are logarithms of rates, targets whole numbers from 0 upwards. `−log p = Σ (e^f − y f + log y!)`, in
 * float32 to all digits for any count. Mean and variance are e^f. Throws `VARDROP_OPTION` for unknown options and other values of
 * `missing`.
 */
export function poisson(options: PoissonOptions = {}): Likelihood<'counts'> {
  checkOptionNames('poisson', options, { missing: true }, { logInput: 'Outputs are logarithms of rates.' });
  const { missing } = options;
  checkMissing('poisson', missing);
  return withRecipe('poisson', options, {
    name: 'poisson',
    targets: 'counts',
    targetShape: (outputShape) => outputShape,
    parameters: () => [],
    negativeLogLikelihood: (b, output, target) =>
      sumOfPresent(
        b,
        missing,
        target,
        (known) => lossOf(b, output, known),
        (all) => sumOfRow(b, all),
      ),
    predictive(b, output) {
      const rate = b.exp(output);
      return { kind: 'values', mean: rate, variance: rate, parameters: { rate } };
    },
    distribution: poissonDistribution,
    ...(missing === 'skip' && { missing }),
  } satisfies Likelihood<'counts'>);
}

/**
 * `e^f − y f + log y!`, whose terms cancel for large counts. For y ≥ 1 it is `y (e^d − 1 − d) + (log y! − y log y + y)` with
 * `d = f − log y`: half the deviance, and what is left at the best rate. Neither bracket cancels.
 */
function lossOf(b: Builder, logRate: Value, count: Value): Value {
  const rate = b.exp(logRate);
  const positive = b.max(count, 1);
  const distance = b.sub(logRate, b.log(positive));
  const loss = b.add(b.mul(positive, exponentialExcess(b, distance)), stirlingRemainder(b, positive));
  return b.withDerivative(b.selectGreater(count, 0.5, loss, rate), [[logRate, b.sub(rate, count)]]);
}

/** 10!, …, 2!. */
const factorials = [3628800, 362880, 40320, 5040, 720, 120, 24, 6, 2];

/** `e^d − 1 − d`: near 0 its Taylor series, to 1e-10. */
function exponentialExcess(b: Builder, d: Value): Value {
  const sum = factorials.reduce<Value>((rest, factorial) => b.add(1 / factorial, b.mul(d, rest)), b.constant(0));
  return b.selectGreater(b.abs(d), 0.5, b.sub(b.sub(b.exp(d), 1), d), b.mul(b.square(d), sum));
}

/** From here on Stirling's series of three terms is exact to 3e-10. */
const far = 8;

/** `log y! − y log y + y` for y ≥ 1. */
function stirlingRemainder(b: Builder, y: Value): Value {
  const large = b.max(y, far);
  const inverse = b.div(1, large);
  const square = b.square(inverse);
  const correction = b.mul(inverse, b.add(1 / 12, b.mul(square, b.add(-1 / 360, b.mul(square, 1 / 1260)))));
  const series = b.add(b.mul(0.5, b.add(b.log(large), Math.log(2 * Math.PI))), correction);
  const small = b.min(y, far);
  const direct = b.sub(b.special('lgamma', b.add(small, 1)), b.mul(small, b.sub(b.log(small), 1)));
  return b.selectGreater(y, far, series, direct);
}
