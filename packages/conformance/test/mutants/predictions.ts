import type { ClassificationPrediction, Prediction, PredictOptions, RegressionPrediction } from '@vardrop/core';
import { sequential } from '@vardrop/core';
import { coreModels, type Models } from '../../src/models.js';
import { model } from './model.js';
import type { Mutant } from './mutant.js';

const { createPredictor, predict } = coreModels;

/** The options of a prediction of a model with one input. */
type Given = PredictOptions & { readonly inputs: ArrayLike<number> };

/** What is predicted from other options, or comes out otherwise. */
const predicting = (
  given: (options: Given) => Partial<PredictOptions>,
  change: (prediction: Prediction, options: PredictOptions) => Prediction = (prediction) => prediction,
) => ({
  predict: (async (network: Parameters<typeof predict>[0], options: Given) =>
    change((await predict(network, { ...options, ...given(options) })) as Prediction, options)) as Models['predict'],
});

const classified = (change: (prediction: ClassificationPrediction) => Partial<ClassificationPrediction>) =>
  predicting(
    () => ({}),
    (found) => (found.kind === 'classification' ? { ...found, ...change(found) } : found),
  );

const regressed = (change: (prediction: RegressionPrediction) => Partial<RegressionPrediction>) =>
  predicting(
    () => ({}),
    (found) => (found.kind === 'regression' ? { ...found, ...change(found) } : found),
  );

/** A classification that is said to come from as many samples as were asked for. */
const posing = (found: Prediction, { samples = 32 }: PredictOptions): Prediction => ({ ...found, samples });

const prediction = (defect: string, models: Partial<Models>, property: string) =>
  model(defect, 'prediction', models, property);

const local = 'labels, sparse local';

/** Predictions that are not what their samples come to. */
export const predictionMutants: readonly Mutant[] = [
  prediction(
    'one sample too few',
    predicting(({ samples = 32 }) => ({ samples: samples - 1 }), posing),
    local,
  ),
  prediction(
    'the weights’ means in place of samples',
    predicting(() => ({ mode: 'mean', samples: 0 }), posing),
    local,
  ),
  prediction(
    'every sample with the noise of one seed',
    predicting(() => ({ seed: 0 })),
    local,
  ),
  prediction(
    'means of the weights with noise in one sample',
    predicting(
      ({ mode }) => (mode === 'mean' ? { mode: 'sample', samples: 1 } : {}),
      (found, { mode }) => ({ ...found, samples: mode === 'mean' ? 0 : found.samples }),
    ),
    'values, means of the weights',
  ),
  prediction(
    'a batch’s noise that starts anew',
    {
      predict: (async (network: Parameters<typeof predict>[0], options: Given) => {
        const columns = network.inputShape[0];
        const length = (options.batch ?? 1000) * columns;
        const parts: ClassificationPrediction[] = [];
        for (let first = 0; first < options.inputs.length; first += length) {
          const inputs = Float32Array.from(options.inputs).slice(first, first + length);
          parts.push((await predict(network, { ...options, inputs })) as ClassificationPrediction);
        }
        const joined = (name: 'probabilities' | 'labels' | 'entropy' | 'mutualInformation') =>
          parts.flatMap((part) => Array.from(part[name]));
        return {
          ...parts[0],
          rows: joined('labels').length,
          probabilities: Float32Array.from(joined('probabilities')),
          labels: Int32Array.from(joined('labels')),
          entropy: Float64Array.from(joined('entropy')),
          mutualInformation: Float64Array.from(joined('mutualInformation')),
        };
      }) as Models['predict'],
    },
    'labels, sparse separate',
  ),
  prediction(
    'the last row of a short batch twice',
    predicting(({ inputs, batch = 1000 }) => {
      const moved = Float32Array.from(inputs);
      if (batch * 3 < moved.length) moved.copyWithin(moved.length - 3, moved.length - 6);
      return { inputs: moved };
    }),
    'values',
  ),
  prediction(
    'entropy in bits',
    classified(({ entropy }) => ({ entropy: entropy.map((h) => h / Math.LN2) })),
    local,
  ),
  prediction(
    'the entropy of a sample in place of that of the mean',
    classified(({ entropy, mutualInformation }) => ({ entropy: entropy.map((h, i) => h - mutualInformation[i]) })),
    'labels, sparse flipout',
  ),
  prediction(
    'the entropy of the mean taken for mutual information',
    classified(({ entropy }) => ({ mutualInformation: entropy })),
    'labels, sparse single',
  ),
  prediction(
    'mutual information that few samples make too small',
    classified(({ mutualInformation, samples }) => ({
      mutualInformation: mutualInformation.map((value) => value * (1 - 1 / samples)),
    })),
    local,
  ),
  prediction(
    'the least probable class',
    classified(({ probabilities, classes, labels }) => ({
      labels: labels.map((_, row) => {
        const own = probabilities.slice(row * classes, (row + 1) * classes);
        return own.indexOf(Math.min(...own));
      }),
    })),
    'labels, no noise',
  ),
  prediction(
    'variance over the samples divided by their number',
    regressed(({ epistemicVariance, samples }) => ({
      epistemicVariance: epistemicVariance.map((value) => (value * (samples - 1)) / Math.max(samples, 1)),
    })),
    'values',
  ),
  prediction(
    'a learned deviation taken for its variance',
    regressed(({ aleatoricVariance }) => ({ aleatoricVariance: aleatoricVariance.map(Math.sqrt) })),
    'values',
  ),
  prediction(
    'learned variances of outputs changed round',
    regressed(({ aleatoricVariance }) => ({ aleatoricVariance: aleatoricVariance.slice().reverse() })),
    'values, means of the weights',
  ),
  prediction(
    'a predictor that keeps its first parameters',
    {
      createPredictor: ((...given: Parameters<typeof createPredictor>) => {
        const predictor = createPredictor(...given);
        let first: Parameters<typeof predictor.run>[0] | undefined;
        return {
          ...predictor,
          run: (parameters, inputs, options) => {
            first ??= parameters;
            return predictor.run(first, inputs, options);
          },
        };
      }) as Models['createPredictor'],
    },
    'one predictor, many runs',
  ),
  prediction(
    'a predictor that looks at its inputs when their turn comes',
    {
      createPredictor: ((...given: Parameters<typeof createPredictor>) => {
        const predictor = createPredictor(...given);
        return {
          ...predictor,
          run: async (parameters, inputs, options) => {
            await Promise.resolve();
            return predictor.run(parameters, inputs, options);
          },
        };
      }) as Models['createPredictor'],
    },
    'one predictor, many runs',
  ),
];

const { dense, momentsProgram } = coreModels;

const moments = (defect: string, models: Partial<Models>, property: string) =>
  model(defect, 'moments', models, property);

/** Moments that are not those of the network, and predictions that are not theirs. */
export const momentsMutants: readonly Mutant[] = [
  moments(
    'no covariance of units that read the same noise',
    { momentsProgram: (network) => momentsProgram(network, { covariance: false }) },
    'values, independent variances of weights',
  ),
  moments(
    'noise of the last layer only',
    {
      momentsProgram: (network) => {
        const { input, ...others } = { input: network.inputShape, likelihood: network.likelihood };
        const layers = network.layers.map(({ name, outputShape, activation, parts }, i) =>
          dense({
            ...{ name, units: outputShape[0], activation },
            ...(i < network.layers.length - 1 ? { noise: coreModels.none() } : { noise: parts?.[0].noise }),
          }),
        );
        return momentsProgram(sequential({ input, layers, ...others }));
      },
    },
    'labels, an α for each input',
  ),
  moments(
    'the weights’ means in place of moments',
    predicting(({ mode }) => (mode === 'moments' ? { mode: 'mean', samples: 0 } : {}), posing),
    'labels, binary dropout',
  ),
  moments(
    'drawn noise in place of moments',
    predicting(({ mode }) => (mode === 'moments' ? { mode: 'sample' } : {})),
    'values, an α for each weight',
  ),
  moments(
    'one point of the outputs too few',
    predicting(({ mode, samples = 32 }) => (mode === 'moments' ? { samples: samples - 1 } : {}), posing),
    'labels, an α for each weight',
  ),
];
