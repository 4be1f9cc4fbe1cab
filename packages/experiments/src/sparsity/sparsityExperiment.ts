import { checkOptionNames } from '@vardrop/core/backend';
import type { Experiment, ExperimentSetting } from '../experiment.js';
import { settingNames } from '../settingNames.js';
import { concludeSparsity } from './concludeSparsity.js';
import { klWeight, publishedSparsityPlan, quickSparsityPlan, type SparsityPlan } from './sparsityPlan.js';
import type { SparsityResult } from './sparsityResult.js';
import { denseTrial, sparseTrial } from './sparsityTrials.js';

/**
 * LeNet-300-100 with sparse variational dropout (Molchanov, Ashukha & Vetrov 2017) beside the same network without
 * noise, seed by seed: test error, sparsity of each layer, compression, and the pruned networks as files.
 *
 * `plan` sets the recipe. By default `quick` in the setting chooses between the published recipe and a shorter one. Test data
 * are used only after training.
 */
export function sparsityExperiment(
  setting: ExperimentSetting,
  plan: SparsityPlan = setting.quick ? quickSparsityPlan : publishedSparsityPlan,
): Experiment {
  checkOptionNames('sparsityExperiment', setting, settingNames);
  const { data, seed } = setting;
  const seeds = Array.from({ length: plan.seeds }, (_, i) => seed + i);
  const trials = seeds.flatMap((each) => [denseTrial(each, plan, data), sparseTrial(each, plan, data)]);
  const { hidden, epochs, batch, kl, fineTuning } = plan;
  const trainingImages = data.train.targets.length;
  return {
    name: 'sparsity',
    configuration: {
      ...plan,
      hidden: [...hidden],
      kl: { ...kl, weight: klWeight(plan, trainingImages) },
      fineTuning: { ...fineTuning },
      seed,
      optimizer: 'adam',
      divergence: 'sigmoid',
      prediction: 'mean',
    },
    trials,
    conclude: (results) =>
      concludeSparsity(
        [...results.values()].map((result) => result as SparsityResult),
        {
          setting: `${data.name}, ${trainingImages} training images, ${epochs} epochs in minibatches of ${batch}, full KL weight ${Number(klWeight(plan, trainingImages).toPrecision(3))}, fine-tuning ${fineTuning.epochs} epochs`,
          data: data.name,
          trainingImages,
          trials: trials.length,
        },
      ),
  };
}
