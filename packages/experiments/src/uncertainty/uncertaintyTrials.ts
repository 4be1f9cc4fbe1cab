import {
  areaUnderRiskCoverageCurve,
  areaUnderRocCurve,
  type ClassificationPrediction,
  evaluateClassification,
  expectedCalibrationError,
  falsePositiveRate,
  intervalCoverage,
  intervalScore,
  intervalWidth,
  normalCrps,
  type RegressionPrediction,
} from '@vardrop/core';
import type { Trial } from '../experiment.js';
import type { ImageData } from '../imageData.js';
import { energies } from './energies.js';
import { type ImageMethodName, type ImageParts, imageMethod } from './imageMethods.js';
import { placeNames, places, type RegressionMethodName, regressionMethod, truth } from './regressionMethods.js';
import { blurred, type ImageShape, inverted, noiseLike, rotated } from './shiftedImages.js';
import { createTrainer, type Trained } from './trainedNetworks.js';
import type { UncertaintyPlan } from './uncertaintyPlan.js';
import {
  alarms,
  type ImageResult,
  imagePattern,
  type RegressionResult,
  regressionPattern,
  type Separation,
} from './uncertaintyResult.js';

/** The images of an experiment. */
export interface ImageSetting extends Omit<ImageParts, 'signal'> {
  readonly shape: ImageShape;
  readonly test: ImageData['test'];
  /** Images of other things, by their name. */
  readonly others: Readonly<Record<string, Float32Array>>;
}

/** Kinds of images that are unlike those of the training, made of the test images. */
const made: Readonly<Record<string, (images: Float32Array, shape: ImageShape) => Float32Array>> = {
  noise: (images) => noiseLike(images, 99),
  inverted: (images) => inverted(images),
  'turned 90°': (images, shape) => rotated(images, shape, 90),
  blurred: (images, shape) => blurred(images, shape, 3),
};

/** The names of all kinds of foreign images. */
export function foreignKinds({ others }: Pick<ImageSetting, 'others'>): readonly string[] {
  return [...Object.keys(made), ...Object.keys(others)];
}

/** Share of a trial's progress that is training. */
const trainingShare = 0.7;

/** One network, trained by a method from a seed, and what it says of test images, turned ones, and others. */
export function imageTrial(method: ImageMethodName, seed: number, setting: ImageSetting): Trial {
  const { label, networks, train } = imageMethod(method);
  const { plan } = setting;
  return {
    key: `images-${method}-${seed}`,
    label: `${label}, seed ${seed}`,
    cost: networks(plan) * plan.epochs * Math.ceil(setting.train.targets.length / plan.batch) * 0.005 + 4,
    async run(context) {
      const trainer = createTrainer(context, networks(plan), trainingShare);
      const trained = await train({ ...setting, signal: context.signal }, trainer, seed);
      const result = await measureImages(trained, setting, context.signal);
      context.progress(1);
      return { part: 'images', method, seed, ...result } satisfies ImageResult;
    },
    accepts: imagePattern(method, seed, { degrees: plan.degrees.length, foreign: foreignKinds(setting) }),
  };
}

async function measureImages(
  { network, members, mode }: Trained,
  { plan, shape, test, others }: ImageSetting,
  signal: AbortSignal,
): Promise<Omit<ImageResult, 'part' | 'method' | 'seed'>> {
  const images = Float32Array.from(test.inputs);
  const samples = network.posterior?.kind === 'ensemble' ? members.length : plan.samples;
  const predict = async (inputs: Float32Array) =>
    (await network.predict(inputs, mode ? { mode, signal } : { samples, signal })) as ClassificationPrediction;
  const scored = async (inputs: Float32Array) => {
    const prediction = await predict(inputs);
    const { entropy, mutualInformation, probabilities, classes } = prediction;
    const confidence = entropy.map(
      (_, row) => -Math.max(...probabilities.subarray(row * classes, (row + 1) * classes)),
    );
    const scores = { entropy, information: mutualInformation, confidence, energy: await energies(members, inputs) };
    return { prediction, scores };
  };
  const own = await scored(images);
  const { prediction } = own;
  const { nll, ece, brier, error } = evaluateClassification(prediction, test.targets);
  const byMass = { classes: prediction.classes, binning: 'equalMass' } as const;
  const mass = expectedCalibrationError(prediction.probabilities, test.targets, byMass);
  const wrong = Array.from(prediction.labels, (label, row) => (label === test.targets[row] ? 0 : 1));
  const turned: ImageResult['turned'][number][] = [];
  for (const degrees of plan.degrees) {
    const found = evaluateClassification(await predict(rotated(images, shape, degrees)), test.targets);
    turned.push({ degrees, error: 100 * found.error, nll: found.nll, ece: 100 * found.ece });
  }
  const foreign: ImageResult['foreign'][number][] = [];
  const kinds = {
    ...Object.fromEntries(Object.entries(made).map(([kind, make]) => [kind, make(images, shape)])),
    ...others,
  };
  for (const [kind, inputs] of Object.entries(kinds)) {
    const { scores } = await scored(inputs);
    const [entropy, information, confidence, energy] = alarms.map((name) => separation(own.scores[name], scores[name]));
    foreign.push({ kind, entropy, information, confidence, energy });
  }
  return {
    error: 100 * error,
    ...{ nll, brier, ece: 100 * ece, massEce: 100 * mass.ece },
    riskCoverage: 1000 * areaUnderRiskCoverageCurve(prediction.entropy, wrong),
    ...{ turned, foreign },
  };
}

function separation(own: ArrayLike<number>, foreign: ArrayLike<number>): Separation {
  const scores = [...Array.from(own), ...Array.from(foreign)];
  const labels = scores.map((_, i) => (i < own.length ? 0 : 1));
  return { auroc: areaUnderRocCurve(scores, labels), falsePositives: 100 * falsePositiveRate(scores, labels) };
}

/** One network for regression, trained by a method from a seed, and what holds where. */
export function regressionTrial(method: RegressionMethodName, seed: number, plan: UncertaintyPlan): Trial {
  const { label, networks, train } = regressionMethod(method);
  return {
    key: `regression-${method}-${seed}`,
    label: `regression, ${label}, seed ${seed}`,
    cost: networks(plan) * plan.regressionEpochs * 0.005 + 1,
    async run(context) {
      const { signal } = context;
      const trainer = createTrainer(context, networks(plan), 0.9);
      const trained = await train(plan, trainer, seed, signal);
      const found: RegressionResult['places'][number][] = [];
      for (const place of placeNames) found.push(await measurePlace(trained, place, signal));
      context.progress(1);
      return { part: 'regression', method, seed, places: found } satisfies RegressionResult;
    },
    accepts: regressionPattern(method, seed, placeNames),
  };
}

async function measurePlace({ network, members, mode }: Trained, place: string, signal: AbortSignal) {
  const xs = places[place];
  const samples = network.posterior?.kind === 'ensemble' ? members.length : 200;
  const options = mode ? { mode, signal } : { samples, signal };
  const predicted = (await network.predict(Float32Array.from(xs), options)) as RegressionPrediction;
  const targets = xs.map(truth);
  // Of a Gaussian with both variances, as the truth has no noise of its own.
  const deviations = xs.map((_, i) => Math.sqrt(predicted.epistemicVariance[i] + predicted.aleatoricVariance[i]));
  const lower = xs.map((_, i) => predicted.mean[i] - 1.96 * deviations[i]);
  const upper = xs.map((_, i) => predicted.mean[i] + 1.96 * deviations[i]);
  const mean = (of: (i: number) => number) => xs.reduce((sum, _, i) => sum + of(i), 0) / xs.length;
  return {
    place,
    coverage: 100 * intervalCoverage(lower, upper, targets),
    width: intervalWidth(lower, upper),
    intervalScore: intervalScore(lower, upper, targets, { coverage: 0.95 }),
    crps: normalCrps({ mean: predicted.mean, deviation: deviations }, targets),
    rmse: Math.sqrt(mean((i) => (targets[i] - predicted.mean[i]) ** 2)),
  };
}
