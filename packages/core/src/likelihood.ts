import { checkOptionNames } from './checkOptionNames.js';
import { VardropError } from './errors.js';
import { formatValue } from './formatValue.js';
import type { ParameterSpecification } from './noise/noiseModel.js';
import { checkNoOptions, type NoOptions } from './noOptions.js';
import type { Builder, Value } from './program/builder.js';
import type { Shape } from './program/program.js';

/** What targets are: class labels (integers), or vectors of numbers. */
export type TargetKind = 'labels' | 'values';

/** What a network's outputs mean: the distribution of a target given them. */
export interface Likelihood<Targets extends TargetKind = TargetKind> {
  /** Stable name, such as `categorical`. */
  readonly name: string;
  /** The kind of targets. It decides whether predictions are classes or values. */
  readonly targets: Targets;
  /** The learned parameters of the likelihood, with names under `likelihood/`. */
  parameters(outputShape: readonly number[]): readonly ParameterSpecification[];
  /** `−log p(target | output)` for each datapoint `[batch]`, in nats. Labels come one-hot, of the outputs' shape. */
  negativeLogLikelihood(b: Builder, output: Value, target: Value, parameters: Readonly<Record<string, Value>>): Value;
}

/**
 * Softmax classification: outputs `[batch, classes]` are logits. Its `parameters` throw `VARDROP_SHAPE` for other outputs. It
 * has no options and throws `VARDROP_OPTION` if it is given any.
 */
export function categorical(options: NoOptions = {}): Likelihood<'labels'> {
  checkNoOptions('categorical', options);
  return {
    name: 'categorical',
    targets: 'labels',
    parameters(outputShape) {
      if (outputShape.length !== 1 || outputShape[0] < 2) {
        throw new VardropError(
          'VARDROP_SHAPE',
          `[categorical] outputs: got [batch, ${outputShape.join(', ')}], needs [batch, classes] with at least 2 classes. End the model with dense({ units: classes }), after flatten() where there are more axes.`,
        );
      }
      return [];
    },
    negativeLogLikelihood: (b, output, target) => b.neg(b.reduceSum(b.mul(target, logSoftmax(b, output)), [1])),
  };
}

/**
 * Regression with Gaussian noise: outputs are means, and the variance of each output is learned (log σ², starting at
 * `logVariance`, default 0). Throws `VARDROP_VARIANCE` unless that is finite, `VARDROP_OPTION` for unknown options.
 */
export function gaussianLikelihood(options: { readonly logVariance?: number } = {}): Likelihood<'values'> {
  checkOptionNames('gaussianLikelihood', options, { logVariance: true });
  const { logVariance = 0 } = options;
  if (!Number.isFinite(logVariance)) {
    throw new VardropError(
      'VARDROP_VARIANCE',
      `[gaussianLikelihood] logVariance: got ${formatValue(logVariance)}, needs a finite number, the natural logarithm of the variance of the targets.`,
    );
  }
  return {
    name: 'gaussian',
    targets: 'values',
    parameters: (outputShape) => [
      { name: 'logVariance', shape: outputShape, initialize: { kind: 'constant', value: logVariance } },
    ],
    negativeLogLikelihood(b, output, target, { logVariance: value }) {
      const residual = b.sub(target, output);
      const terms = b.add(b.mul(b.square(residual), b.exp(b.neg(value))), b.add(value, Math.log(2 * Math.PI)));
      return b.mul(0.5, b.reduceSum(terms, axesAfterFirst(output.shape)));
    },
  };
}

/** log softmax over the last axis, shifted by the maximum so that no exponential overflows. */
export function logSoftmax(b: Builder, logits: Value): Value {
  const last = [logits.shape.length - 1];
  // The shift cancels in the value and in the derivative, so no gradient flows through the maximum.
  const shifted = b.sub(logits, b.stopGradient(b.reduceMax(logits, last, true)));
  return b.sub(shifted, b.log(b.reduceSum(b.exp(shifted), last, true)));
}

function axesAfterFirst(shape: Shape): number[] {
  return shape.map((_, axis) => axis).slice(1);
}
