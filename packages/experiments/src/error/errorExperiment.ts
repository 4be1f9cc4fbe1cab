import { checkOptionNames } from '@vardrop/core/backend';
import type { Experiment, ExperimentSetting } from '../experiment.js';
import { settingNames } from '../settingNames.js';
import { concludeErrors } from './concludeErrors.js';
import { dropoutModels, dropoutNames, dropoutRates, hiddenLayers, learnedAlpha, rateSpeed } from './dropoutModels.js';
import { type ErrorPlan, fallFrom, fullErrorPlan, quickErrorPlan } from './errorPlan.js';
import type { ErrorResult } from './errorResult.js';
import { errorTrial } from './errorTrial.js';

/**
 * Figure 1a of Kingma, Salimans & Welling (2015): test errors of networks with the noise of dropout, fixed and learned, by the
 * width of their layers. At the first width the models are compared seed by seed.
 *
 * `plan` sets the sizes. By default `quick` in the setting chooses between two plans. Test data are used only once, at the end
 * of a training.
 */
export function errorExperiment(
  setting: ExperimentSetting,
  plan: ErrorPlan = setting.quick ? quickErrorPlan : fullErrorPlan,
): Experiment {
  checkOptionNames('errorExperiment', setting, settingNames);
  const { data, seed } = setting;
  const trials = plan.widths.flatMap(({ width, seeds }) =>
    Array.from({ length: seeds }, (_, i) => seed + i).flatMap((each) =>
      dropoutNames.map((name) => errorTrial({ name, width, seed: each }, plan, data)),
    ),
  );
  return {
    name: 'error',
    configuration: {
      seed,
      epochs: plan.epochs,
      batch: plan.batch,
      optimizer: 'adam',
      learningRate: plan.learningRate,
      learningRateFallsFrom: fallFrom,
      widths: plan.widths.map(({ width, seeds }) => ({ width, seeds })),
      hiddenLayers,
      rates: { ...dropoutRates },
      learnedAlpha,
      rateSpeed,
      divergence: 'cubic',
      klWeights: Object.fromEntries(dropoutNames.map((name) => [name, dropoutModels[name].klWeight ?? 0])),
      prediction: 'mean',
    },
    trials,
    conclude: (results) =>
      concludeErrors(
        [...results.values()].map((result) => result as ErrorResult),
        { plan, data: data.name, trainingImages: data.train.targets.length, trials: trials.length },
      ),
  };
}
