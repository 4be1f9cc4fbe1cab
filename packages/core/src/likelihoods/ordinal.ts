import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { ParameterSpecification } from '../noise/noiseModel.js';
import type { Builder, Value } from '../program/builder.js';
import { withRecipe } from '../recipe.js';
import type { Likelihood, LikelihoodValues } from './likelihood.js';
import { sumOfRow } from './sumOfRow.js';

/** Options of `ordinal`. */
export interface OrdinalOptions {
  /** Number of classes, 2 or more; their labels are in order, from 0. */
  readonly classes: number;
}

/**
 * Classes in an order, such as grades: the cumulative logit model (McCullagh 1980). The only output f `[batch, 1]` is a place on a
 * line, and `P(y ≤ k) = sigmoid(c_k − f)` with learned cuts. They are kept in order: `firstCut` is c₀, and `increments`
 * `[classes − 2]` are the steps between cuts before `softplus`. They start where each class has the same probability at f = 0.
 * Targets are labels `[rows]`, or probabilities `[rows, classes]`. Throws `VARDROP_LIKELIHOOD` for another number of classes,
 * `VARDROP_OPTION` for unknown options.
 */
export function ordinal(options: OrdinalOptions): Likelihood<'labels'> {
  checkOptionNames('ordinal', options, { classes: true });
  const { classes } = options;
  if (!(Number.isInteger(classes) && classes >= 2)) {
    throw new VardropError(
      'VARDROP_LIKELIHOOD',
      `[ordinal] classes: got ${formatValue(classes)}, needs a whole number from 2 upwards, the number of classes.`,
    );
  }
  return withRecipe('ordinal', options, {
    name: 'ordinal',
    targets: 'labels',
    targetShape(outputShape) {
      if (outputShape.join() !== '1') {
        throw new VardropError(
          'VARDROP_SHAPE',
          `[ordinal] outputs: got [batch, ${outputShape.join(', ')}], needs [batch, 1], a place on a line. End the model with dense({ units: 1 }).`,
        );
      }
      return [classes];
    },
    parameters: () => initialCuts(classes),
    negativeLogLikelihood: (b, output, target, parameters) =>
      b.neg(sumOfRow(b, b.mul(target, logProbabilitiesOf(b, classes, output, parameters)))),
    predictive: (b, output, parameters) => ({
      kind: 'classes',
      logProbabilities: logProbabilitiesOf(b, classes, output, parameters),
    }),
  });
}

/** Cuts c_k with `sigmoid(c_k) = (k + 1) / classes`. */
function initialCuts(classes: number): readonly ParameterSpecification[] {
  const cuts = Array.from({ length: classes - 1 }, (_, k) => Math.log((k + 1) / (classes - 1 - k)));
  const steps = cuts.slice(1).map((cut, k) => Math.log(Math.expm1(cut - cuts[k])));
  return [
    { name: 'firstCut', shape: [], initialize: { kind: 'constant', value: cuts[0] } },
    ...(steps.length === 0
      ? []
      : [{ name: 'increments', shape: [steps.length], initialize: { kind: 'runs', values: steps } } as const]),
  ];
}

/**
 * `log P(y = k)` `[batch, classes]`. With `a = c_k − f` and `b = c_{k−1} − f`, `sigmoid(a) − sigmoid(b) = sigmoid(a) sigmoid(−b)
 * (1 − e^{b − a})`, and the last factor is the sigmoid of the increment before softplus. So no difference is computed.
 */
function logProbabilitiesOf(
  b: Builder,
  classes: number,
  output: Value,
  { firstCut, increments }: LikelihoodValues,
): Value {
  const below = b.sub(cutsOf(b, classes, firstCut, increments), output);
  const end = (after: boolean) => (after ? { after: 1 } : { before: 1 });
  const atMost = b.pad(b.neg(b.softplus(b.neg(below))), [undefined, end(true)]);
  const above = b.pad(b.neg(b.softplus(below)), [undefined, end(false)]);
  const both = b.add(atMost, above);
  if (increments === undefined) return both;
  return b.add(both, b.pad(b.neg(b.softplus(b.neg(increments))), [{ before: 1, after: 1 }]));
}

/** The cuts `[classes − 1]`. */
function cutsOf(b: Builder, classes: number, firstCut: Value, increments: Value | undefined): Value {
  if (increments === undefined) return b.reshape(firstCut, [1]);
  const lengths = [classes - 1, classes - 2] as const;
  const before = Array.from({ length: lengths[0] * lengths[1] }, (_, i) =>
    i % lengths[1] < Math.floor(i / lengths[1]) ? 1 : 0,
  );
  return b.add(firstCut, b.reduceSum(b.mul(b.constant(before, lengths), b.softplus(increments)), [1]));
}
