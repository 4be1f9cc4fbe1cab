import { type Dataset, VardropError } from '@vardrop/core';
import { checkOptionNames } from '@vardrop/core/backend';
import type { Experiment, ExperimentSetting } from '../experiment.js';
import type { ImageData } from '../imageData.js';
import { settingNames } from '../settingNames.js';
import { concludeUncertainty } from './concludeUncertainty.js';
import { imageMethodNames } from './imageMethods.js';
import { regressionMethodNames } from './regressionMethods.js';
import {
  calibrationShare,
  fullUncertaintyPlan,
  quickUncertaintyPlan,
  type UncertaintyPlan,
} from './uncertaintyPlan.js';
import type { UncertaintyResult } from './uncertaintyResult.js';
import { foreignKinds, type ImageSetting, imageTrial, regressionTrial } from './uncertaintyTrials.js';

/** The setting of the experiment. */
export interface UncertaintySetting extends ExperimentSetting {
  /** Images of other things, such as letters or clothes, of the same size. Their test images are taken. */
  readonly foreign?: ImageData;
}

/**
 * What networks say that they do not know, by method: every kind of noise, posteriors of parameters, a temperature. On test images, on turned
 * ones, and on images of other kinds; and in regression inside the data, in a gap, and outside.
 *
 * `plan` sets the sizes. By default `quick` in the setting chooses between two plans. Throws `VARDROP_EXPERIMENT_DATA` for images without
 * a shape, and for foreign ones of another size.
 */
export function uncertaintyExperiment(
  setting: UncertaintySetting,
  plan: UncertaintyPlan = setting.quick ? quickUncertaintyPlan : fullUncertaintyPlan,
): Experiment {
  checkOptionNames('uncertaintyExperiment', setting, { ...settingNames, foreign: true });
  const { data, seed } = setting;
  const images = imageSetting(setting, plan);
  const seeds = Array.from({ length: plan.seeds }, (_, i) => seed + i);
  const trials = [
    ...seeds.flatMap((each) => imageMethodNames.map((name) => imageTrial(name, each, images))),
    ...seeds.flatMap((each) => regressionMethodNames.map((name) => regressionTrial(name, each, plan))),
  ];
  const { hidden, degrees, ...sizes } = plan;
  return {
    name: 'uncertainty',
    configuration: {
      ...{ seed, ...sizes, hidden: [...hidden], degrees: [...degrees], calibrationShare },
      ...{ methods: [...imageMethodNames], regressionMethods: [...regressionMethodNames] },
      ...(setting.foreign && { foreign: setting.foreign.name }),
    },
    trials,
    conclude: (results) =>
      concludeUncertainty(
        [...results.values()].map((result) => result as UncertaintyResult),
        {
          data: data.name,
          trainingImages: images.train.targets.length,
          trials: trials.length,
          foreign: foreignKinds(images),
        },
      ),
  };
}

function imageSetting({ data, foreign }: UncertaintySetting, plan: UncertaintyPlan): ImageSetting {
  const { shape } = data;
  if (shape === undefined) {
    throw new VardropError(
      'VARDROP_EXPERIMENT_DATA',
      `[uncertainty] data: got ${data.name} without a shape, needs images, which can be turned.`,
    );
  }
  if (foreign && foreign.inputs !== data.inputs) {
    throw new VardropError(
      'VARDROP_EXPERIMENT_DATA',
      `[uncertainty] foreign: got ${foreign.name} with images of ${foreign.inputs} numbers, needs ${data.inputs}, as ${data.name} has. Scale them first.`,
    );
  }
  const rows = Math.min(data.train.targets.length, plan.trainRows);
  const trained = Math.round(rows * (1 - calibrationShare));
  const cut = ({ inputs, targets }: Dataset, first: number, end: number) => ({
    inputs: Float32Array.from(inputs).slice(first * data.inputs, end * data.inputs),
    targets: Int32Array.from(targets as ArrayLike<number>).slice(first, end),
  });
  const others = foreign && cut(foreign.test, 0, plan.testRows).inputs;
  return {
    ...{ data, plan, shape },
    train: cut(data.train, 0, trained),
    calibration: cut(data.train, trained, rows),
    test: cut(data.test, 0, plan.testRows),
    others: others ? { [(foreign as ImageData).name]: Float32Array.from(others) } : {},
  };
}
