import { checkOptionNames } from '../checkOptionNames.js';
import { withRecipe } from '../recipe.js';
import type { Likelihood } from './likelihood.js';
import { checkMissing, type Missing, sumOfPresent } from './missing.js';
import { sumOfRow } from './sumOfRow.js';
import { temperedLogits } from './temperedLogits.js';

/** Options of `binary`. */
export interface BinaryOptions {
  /** Missing targets (NaN) are refused, or left out of the sum. Default: `refuse`. */
  readonly missing?: Missing;
  /** Outputs are divided by it before the sigmoid, see `categorical`. Default: 1. */
  readonly temperature?: number;
}

/**
 * A yes or no for each output (multi-label classification): outputs `[batch, …]` are logits, and targets are 0 or 1, or
 * probabilities of 1. `−log p = Σ (t softplus(−f) + (1 − t) softplus(f))`, the cross-entropy of `sigmoid(f)`, which keeps all digits
 * where a logit is large. Throws `VARDROP_OPTION` for unknown options and other values of `missing`, `VARDROP_LIKELIHOOD` for a temperature
 * that is not positive.
 */
export function binary(options: BinaryOptions = {}): Likelihood<'binary'> {
  checkOptionNames(
    'binary',
    options,
    { missing: true, temperature: true },
    { labelSmoothing: 'Give the smoothed probabilities as targets.' },
  );
  const { missing, temperature } = options;
  const logits = temperedLogits('binary', temperature);
  checkMissing('binary', missing);
  return withRecipe('binary', options, {
    name: 'binary',
    targets: 'binary',
    targetShape: (outputShape) => outputShape,
    parameters: () => [],
    negativeLogLikelihood(b, given, target) {
      const output = logits(b, given);
      const terms = (known: typeof target) =>
        b.add(b.mul(known, b.softplus(b.neg(output))), b.mul(b.sub(1, known), b.softplus(output)));
      return sumOfPresent(b, missing, target, terms, (all) => sumOfRow(b, all));
    },
    predictive(b, given) {
      const output = logits(b, given);
      const each = (logit: typeof output) => b.reshape(b.neg(b.softplus(logit)), [...output.shape, 1]);
      return { kind: 'classes', logProbabilities: b.concatenate([each(output), each(b.neg(output))], -1) };
    },
    ...(missing === 'skip' && { missing }),
  } satisfies Likelihood<'binary'>);
}
