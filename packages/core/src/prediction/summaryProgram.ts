import type { Model } from '../layers/model/model.js';
import { type Head, headsOf } from '../likelihoods/heads.js';
import { type Builder, createBuilder, type Value } from '../program/builder.js';
import type { Program, Shape } from '../program/program.js';

/**
 * The prediction after the last sample, as one program, for callers that put `predictionProgram` into a graph of their own.
 * Inputs: the scalar `samples`, and what `predictionProgram` carries in mode `sample`. Outputs as in `ClassificationPrediction`
 * and `BinaryPrediction` (`probabilities`, `entropy`, `mutualInformation`) or `RegressionPrediction` (`mean`, `epistemicVariance`,
 * `aleatoricVariance`), `[batch, …]`. Of a model with several outputs these names begin with that of the output. Without samples
 * the outputs are NaN.
 */
export function summaryProgram(model: Model): Program {
  const b = createBuilder('summary');
  const samples = b.input('samples', []);
  for (const head of headsOf('prediction', model)) {
    switch (head.likelihood.targets) {
      case 'labels':
        summarizeClasses(b, head, ['batch'], head.targetShape[0], samples);
        break;
      case 'binary':
        summarizeClasses(b, head, ['batch', ...head.targetShape], 2, samples);
        break;
      case 'values':
      case 'counts':
        summarizeValues(b, head, samples);
    }
  }
  return b.build();
}

/** `each`: the shape of what has one of several classes. */
function summarizeClasses(b: Builder, head: Head, each: Shape, classes: number, samples: Value): void {
  const { prefix } = head;
  const last = [each.length];
  const probabilities = b.input(`${prefix}probabilities`, [...each, classes]);
  // p log p is 0 at p = 0.
  const logarithm = b.log(b.selectGreater(probabilities, 0, probabilities, 1));
  const entropy = b.max(b.neg(b.reduceSum(b.mul(probabilities, logarithm), last)), 0);
  const variance = varianceOf(b, prefix, probabilities.shape, samples);
  const spread = b.reduceSum(b.div(variance, b.max(probabilities, 2 ** -126)), last);
  const difference = b.sub(entropy, b.input(`${prefix}entropy`, each));
  const corrected = b.add(difference, b.div(spread, b.mul(2, samples)));
  const information = b.min(b.max(corrected, 0), Math.log(classes));
  b.output(
    `${prefix}probabilities`,
    some(b, samples, head.likelihood.targets === 'binary' ? yes(b, probabilities) : probabilities),
  );
  b.output(`${prefix}entropy`, some(b, samples, entropy));
  b.output(`${prefix}mutualInformation`, some(b, samples, b.selectGreater(samples, 1.5, information, 0)));
}

/** The probabilities of yes, of those of no and yes on the last axis. */
function yes(b: Builder, probabilities: Value): Value {
  const each = probabilities.shape.slice(0, -1);
  const last = b.slice(probabilities, [...each.map(() => undefined), { start: 1 }]);
  return b.reshape(last, each);
}

function summarizeValues(b: Builder, { prefix, targetShape }: Head, samples: Value): void {
  const shape = ['batch', ...targetShape] as const;
  b.output(`${prefix}mean`, some(b, samples, b.input(`${prefix}mean`, shape)));
  b.output(`${prefix}epistemicVariance`, some(b, samples, varianceOf(b, prefix, shape, samples)));
  b.output(`${prefix}aleatoricVariance`, some(b, samples, b.input(`${prefix}variance`, shape)));
}

/** The unbiased variance over samples; 0 for one sample. */
function varianceOf(b: Builder, prefix: string, shape: Shape, samples: Value): Value {
  return b.div(b.input(`${prefix}squaredDeviations`, shape), b.max(b.sub(samples, 1), 1));
}

/** NaN without samples. Languages of graphics cards have no constant NaN, so it is a logarithm. */
function some(b: Builder, samples: Value, value: Value): Value {
  return b.selectGreater(samples, 0.5, value, b.log(b.sub(samples, 0.5)));
}
