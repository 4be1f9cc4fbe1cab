import { checkOptionNames } from '../checkOptionNames.js';
import { studentT as studentTDistribution } from '../distributions/studentT.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Builder, Value } from '../program/builder.js';
import { withRecipe } from '../recipe.js';
import type { Likelihood, LikelihoodValues } from './likelihood.js';
import { checkMissing, type Missing, sumOfPresent } from './missing.js';
import { createSpread, type SpreadSource } from './spread.js';
import { sumOfRow } from './sumOfRow.js';

/** Options of `studentT`. */
export interface StudentTOptions {
  /**
   * Degrees of freedom ν, a number above 2, so that the variance exists: the smaller, the heavier the tails. `learned`: one for all
   * outputs, `2 + exp(logExcess)` with the parameter `logExcess`, from 4 on. Default: 4.
   */
  readonly degreesOfFreedom?: number | 'learned';
  /**
   * Scale s of the targets around their location, in their units. `learned` (default): one for each output. `output`: the network
   * gives it for each row; the second half of the outputs' last axis is log s. A number, or one for each output: it is known.
   */
  readonly scale?: SpreadSource;
  /** Where a learned log s starts. Default: 0. */
  readonly logScale?: number;
  /** Missing targets (NaN) are refused, or left out of the sum. Default: `refuse`. */
  readonly missing?: Missing;
}

/** Distances from the location below this are taken for 0, so that their logarithm is finite. */
const smallest = 2 ** -60;

/**
 * Regression with Student's t noise, for targets with outliers (Lange, Little & Taylor 1989): `−log p = Σ (log s + c(ν) +
 * (ν + 1)/2 log(1 + z²/ν))` with `z = (y − f)/s`. Outputs `[batch, …]` are locations, or for `scale: 'output'` locations and log
 * scales side by side on the last axis. The variance is s² ν/(ν − 2). Throws `VARDROP_LIKELIHOOD` for other degrees of freedom,
 * `VARDROP_VARIANCE` for other scales and log scales, `VARDROP_OPTION` for unknown options.
 */
export function studentT(options: StudentTOptions = {}): Likelihood<'values'> {
  checkOptionNames('studentT', options, { degreesOfFreedom: true, scale: true, logScale: true, missing: true });
  const { degreesOfFreedom = 4, scale = 'learned', logScale = 0, missing } = options;
  if (
    degreesOfFreedom !== 'learned' &&
    !(typeof degreesOfFreedom === 'number' && degreesOfFreedom > 2 && degreesOfFreedom <= 1e9)
  ) {
    throw new VardropError(
      'VARDROP_LIKELIHOOD',
      `[studentT] degreesOfFreedom: got ${formatValue(degreesOfFreedom)}, needs a number above 2 and up to 1e9, or 'learned'. For more use gaussian().`,
    );
  }
  const spread = createSpread('studentT', { option: 'scale', parameter: 'logScale', source: scale, initial: logScale });
  checkMissing('studentT', missing);

  /** ν − 2. */
  const excessOf = (b: Builder, { logExcess }: LikelihoodValues) =>
    degreesOfFreedom === 'learned' ? b.exp(logExcess) : b.constant(degreesOfFreedom - 2);

  return withRecipe('studentT', options, {
    name: 'studentT',
    targets: 'values',
    targetShape: spread.targetShape,
    parameters: (outputShape) => [
      ...spread.parameters(outputShape),
      ...(degreesOfFreedom === 'learned'
        ? [{ name: 'logExcess', shape: [], initialize: { kind: 'constant', value: Math.LN2 } } as const]
        : []),
    ],
    negativeLogLikelihood(b, output, target, parameters) {
      const { location, logSpread } = spread.of(b, output, parameters);
      const degrees = b.add(excessOf(b, parameters), 2);
      const constant = b.sub(Math.log(2 * Math.PI) / 2, logGammaStep(b, b.mul(degrees, 0.5)));
      const terms = (known: Value) => {
        const distance = b.max(b.mul(b.abs(b.sub(known, location)), b.exp(b.neg(logSpread))), smallest);
        // log(1 + z²/ν), with all digits where z²/ν is small, and without an overflow of z².
        const logarithm = b.softplus(b.sub(b.mul(2, b.log(distance)), b.log(degrees)));
        return b.add(b.mul(b.mul(b.add(degrees, 1), 0.5), logarithm), b.add(logSpread, constant));
      };
      return sumOfPresent(b, missing, target, terms, (all) => sumOfRow(b, all));
    },
    predictive(b, output, parameters) {
      const { location, logSpread } = spread.of(b, output, parameters);
      const excess = excessOf(b, parameters);
      const scales = b.exp(logSpread);
      return {
        kind: 'values',
        mean: location,
        variance: b.mul(b.square(scales), b.add(1, b.div(2, excess))),
        parameters: { location, scale: scales, degreesOfFreedom: b.add(excess, 2) },
      };
    },
    distribution: studentTDistribution,
    ...(missing === 'skip' && { missing }),
  } satisfies Likelihood<'values'>);
}

/** The series of log(Γ(x + ½) / (Γ(x) √x)) for large x: coefficients of x⁻¹, x⁻³, … (from Stirling's series). */
const series = [-1 / 8, 1 / 192, -1 / 640, 17 / 14336, -31 / 18432];

/**
 * `log(Γ(x + ½) / (Γ(x) √x))` for x ≥ 1, within 1e-10. The difference of two values of lgamma would lose all digits for large x. The
 * recurrence of Γ goes to x + 4, the series on from there.
 */
function logGammaStep(b: Builder, x: Value): Value {
  const inverse = b.div(1, b.add(x, 4));
  const square = b.square(inverse);
  const sum = series.reduceRight<Value>((rest, term) => b.add(term, b.mul(square, rest)), b.constant(0));
  const quotients = [0, 1, 2, 3].map((k) => b.div(b.add(x, k), b.add(x, k + 0.5)));
  const product = quotients.reduce((all, quotient) => b.mul(all, quotient));
  return b.add(b.log(b.mul(product, b.sqrt(b.add(1, b.div(4, x))))), b.mul(inverse, sum));
}
