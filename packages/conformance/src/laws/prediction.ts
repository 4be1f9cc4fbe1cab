import {
  type ClassificationPrediction,
  categorical,
  type Estimator,
  gaussian,
  type Likelihood,
  type Model,
  type NoiseModel,
  type RegressionPrediction,
  sequential,
} from '@vardrop/core';
import type { Tensor } from '@vardrop/core/backend';
import { checkOnce } from '../checkProperty.js';
import { compareClassification, compareRegression, expectedOutputs } from '../expectedPrediction.js';
import type { Law, LawContext } from '../law.js';
import { randomParameters } from '../randomParameters.js';

/** Rows, numbers per row, and Monte-Carlo samples of a prediction. */
const rows = 7;
const columns = 3;
const samples = 6;

/** Rows per run when rows are split into batches: two full batches and a short one. */
const batch = 3;

const likelihoods = { labels: categorical(), values: gaussian() } as const;
const outputs = { labels: 4, values: 3 } as const;

function modelOf(
  { models }: LawContext,
  targets: keyof typeof outputs,
  noise: NoiseModel,
  estimator: Estimator,
): Model<Likelihood> {
  return sequential({
    input: [columns],
    layers: [models.dense({ units: 5, activation: 'tanh' }), models.dense({ units: outputs[targets] })],
    noise,
    estimator,
    likelihood: likelihoods[targets] as Likelihood,
  });
}

const inputsOf = (count: number) => Float32Array.from({ length: count * columns }, (_, i) => 1.5 * Math.cos(2.3 * i));

/** Predictions of all rows at once, and split into batches and runs of one sample, are compared with float64. */
async function checkTargets(
  context: LawContext,
  targets: keyof typeof outputs,
  noise: NoiseModel,
  estimator: Estimator,
  mode: 'sample' | 'mean' = 'sample',
): Promise<void> {
  const { backend, ledger, models } = context;
  const { supports } = backend;
  const seed = context.seed >>> 0;
  const model = modelOf(context, targets, noise, estimator);
  const parameters = randomParameters(model, seed);
  const inputs = inputsOf(rows);
  const drawn = mode === 'mean' ? 0 : samples;
  const expected = expectedOutputs({ model, parameters, inputs, seed, samples: drawn }, supports);
  for (const cut of [{}, { batch, noisePerRun: 1 }]) {
    const options = { backend, parameters, inputs, seed, samples: drawn, mode, ...cut };
    if (targets === 'labels') {
      const got = await models.predict(model, options);
      compareClassification(got as ClassificationPrediction, expected, drawn, outputs.labels, supports, ledger);
    } else {
      const got = await models.predict(model, options);
      const { data } = parameters['likelihood/logVariance'];
      compareRegression(got as RegressionPrediction, expected, drawn, data, supports, ledger);
    }
  }
}

/** One predictor gets several calls with other parameters, rows and seeds before it has answered the first. */
async function checkPredictor(context: LawContext): Promise<void> {
  const { backend, ledger, models, seed } = context;
  const model = modelOf(context, 'labels', models.sparseVariational(), models.local());
  const predictor = models.createPredictor(model, { backend, samples, batch });
  const made: Tensor[] = [];
  try {
    const runs = [rows, 2, 4].map((count, i) => {
      const parameters = randomParameters(model, (seed + i) >>> 0);
      const inputs = inputsOf(count);
      const uploaded: Record<string, Tensor> = {};
      for (const [name, { data, shape }] of Object.entries(parameters)) {
        uploaded[name] = backend.upload(data, shape);
        made.push(uploaded[name]);
      }
      const got = predictor.run(uploaded, inputs, { seed: i });
      // The inputs are copied before the call returns.
      const kept = inputs.slice();
      inputs.fill(9);
      return { got, case: { model, parameters, inputs: kept, seed: i, samples } };
    });
    // Wait for all of them, so that no run still uses what is disposed of below.
    await Promise.allSettled(runs.map(({ got }) => got));
    for (const { got, case: each } of runs) {
      const expected = expectedOutputs(each, backend.supports);
      compareClassification(
        (await got) as ClassificationPrediction,
        expected,
        samples,
        outputs.labels,
        backend.supports,
        ledger,
      );
    }
  } finally {
    predictor.dispose();
    for (const tensor of made) backend.dispose(tensor);
  }
}

/** Prediction as users call it. */
export const prediction: Law = {
  id: 'prediction',
  statement:
    'predictions are what the samples of their noise come to in float64: mean probabilities, labels, entropy and mutual information, or means and variances; a row’s do not depend on how rows are cut into batches and samples into runs; without noise they are those of the weights’ means',
  async check(context) {
    const { bernoulli, flipout, local, none, separate, single, sparseVariational, variationalDropout } = context.models;
    const sampled: readonly [NoiseModel, Estimator][] = [
      [sparseVariational(), local()],
      [sparseVariational(), separate()],
      [sparseVariational(), single()],
      [sparseVariational(), flipout()],
      [variationalDropout({ type: 'A', alpha: 'input' }), local()],
      [bernoulli({ rate: 0.3 }), single()],
    ];
    for (const [noise, estimator] of sampled) {
      await checkOnce(context, `labels, ${noise.name} ${estimator.name}`, () =>
        checkTargets(context, 'labels', noise, estimator),
      );
    }
    await checkOnce(context, 'values', () => checkTargets(context, 'values', sparseVariational(), local()));
    for (const targets of ['labels', 'values'] as const) {
      await checkOnce(context, `${targets}, means of the weights`, () =>
        checkTargets(context, targets, sparseVariational(), local(), 'mean'),
      );
    }
    await checkOnce(context, 'labels, no noise', () => checkTargets(context, 'labels', none(), local(), 'mean'));
    await checkOnce(context, 'one predictor, many runs', () => checkPredictor(context));
  },
};
