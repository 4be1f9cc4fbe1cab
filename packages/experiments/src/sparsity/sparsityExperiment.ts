import { VardropError } from '@vardrop/core';
import { checkOptionNames, formatValue } from '@vardrop/core/backend';
import type { Experiment, ExperimentSetting } from '../experiment.js';
import { settingNames } from '../settingNames.js';
import { concludeSparsity } from './concludeSparsity.js';
import { lenetSizes } from './lenetSizes.js';
import { type SparsityModel, sparsityNetworks } from './sparsityNetworks.js';
import { klWeight, type SparsityPlan, sparsityPlans } from './sparsityPlan.js';
import type { SparsityResult } from './sparsityResult.js';
import { denseTrial, sparseTrial } from './sparsityTrials.js';

/** The setting of {@link sparsityExperiment}. */
export interface SparsitySetting extends ExperimentSetting {
  /** Which network. Default: `lenet-300-100`. `lenet-5` has convolutions, and needs data with the shape of their images. */
  readonly model?: SparsityModel;
}

/**
 * A LeNet with sparse variational dropout (Molchanov, Ashukha & Vetrov 2017) beside the same network without noise, seed by
 * seed: test error, sparsity of each layer, compression, and the pruned networks as files.
 *
 * `plan` sets the recipe and the network. By default `model` in the setting chooses the network, and `quick` between the
 * published recipe and a shorter one. Test data are used only after training. Throws `VARDROP_OPTION` for an unknown setting or
 * model, and `VARDROP_EXPERIMENT_DATA` for data whose images the network cannot take.
 */
export function sparsityExperiment(setting: SparsitySetting, plan: SparsityPlan = planOf(setting)): Experiment {
  checkOptionNames('sparsityExperiment', setting, { ...settingNames, model: true });
  const { data, seed } = setting;
  lenetSizes(plan, data);
  const network = sparsityNetworks[plan.model];
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
      estimator: 'local',
      divergence: 'sigmoid',
      prediction: 'mean',
    },
    trials,
    conclude: (results) =>
      concludeSparsity(
        [...results.values()].map((result) => result as SparsityResult),
        {
          network,
          setting: `${data.name}, ${trainingImages} training images, ${epochs} epochs in minibatches of ${batch}, full KL weight ${Number(klWeight(plan, trainingImages).toPrecision(3))}, fine-tuning ${fineTuning.epochs} epochs`,
          data: data.name,
          trainingImages,
          trials: trials.length,
        },
      ),
  };
}

function planOf({ model = 'lenet-300-100', quick }: SparsitySetting): SparsityPlan {
  if (!Object.hasOwn(sparsityPlans, model)) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[sparsityExperiment] model: got ${formatValue(model)}, needs one of ${Object.keys(sparsityPlans).join(', ')}. Choose one of them.`,
    );
  }
  return sparsityPlans[model][quick ? 'quick' : 'full'];
}
