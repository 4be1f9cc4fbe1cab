import { VardropError } from '@vardrop/core';
import { checkOptionNames } from '@vardrop/core/backend';
import { modelParts } from '@vardrop/core/extend';
import { elementCount } from '@vardrop/core/program';
import type { CreateExperiment, Experiment, TrialContext } from '../experiment.js';
import type { Json } from '../json.js';
import { estimatorNames, network, startRates } from '../paperNetwork.js';
import { settingNames } from '../settingNames.js';
import { concludeVariance } from './concludeVariance.js';
import { groupsPattern, measureGroups } from './measureGroups.js';
import { type SnapshotTraining, snapshotNames, snapshotsPattern, trainSnapshots } from './snapshots.js';
import { type VarianceOptions, varianceOptionNames } from './varianceOptions.js';

/** Approximate seconds of a weight sample, of a multiply-add and of the rest of a step, to estimate the remaining time. */
const costs = { sample: 6e-9, product: 3.5e-11, step: 2e-3 };

/**
 * Table 1 of Kingma, Salimans & Welling 2015: the variance of minibatch gradients (1000 images) under each way of sampling the
 * weights, in the top and the bottom layer, after 10 and 100 epochs. The full experiment has the paper's 784-500-500-500-10
 * units, the quick one 64 units per hidden layer; both use 500 draws.
 */
export const variance: CreateExperiment = (setting) => {
  checkOptionNames('variance', setting, settingNames);
  const { data, quick, seed } = setting;
  return varianceExperiment({
    data,
    seed,
    units: quick ? [64, 64, 64] : [500, 500, 500],
    minibatch: 1000,
    epochs: { early: 10, late: 100 },
    trainingBatch: 100,
    learningRate: 1e-3,
    groups: 50,
    drawsPerGroup: 10,
    groupsPerTrial: quick ? 5 : 1,
  });
};

/**
 * The same with custom sizes. Throws `VARDROP_EXPERIMENT_DATA` for data without training or test images, and `VARDROP_OPTION`
 * for fewer than two groups or draws, or if the groups do not fill whole trials.
 */
export function varianceExperiment(options: VarianceOptions): Experiment {
  checkOptionNames('varianceExperiment', options, varianceOptionNames);
  const { data, seed, units, minibatch, epochs, trainingBatch, learningRate, groups, groupsPerTrial } = options;
  if (data.train.targets.length === 0 || data.test.targets.length === 0) {
    throw new VardropError(
      'VARDROP_EXPERIMENT_DATA',
      `[variance] data: got ${data.train.targets.length} training and ${data.test.targets.length} test images, needs some of both. Choose other data.`,
    );
  }
  if (groups % groupsPerTrial !== 0 || groups < 2 || options.drawsPerGroup < 2) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[variance] groups: got ${groups} of ${options.drawsPerGroup} draws, ${groupsPerTrial} per trial, needs two or more groups of two or more draws, in whole trials. Choose groupsPerTrial to divide groups.`,
    );
  }
  const training: SnapshotTraining = { data, seed, epochs, batch: trainingBatch, learningRate };
  const model = network('local', { inputs: data.inputs, units, classes: data.classes });
  const weights = modelParts(model).reduce((sum, { part }) => sum + elementCount(part.weightShape), 0);
  const contractions = (rows: number) => costs.step + 6 * costs.product * rows * weights;
  const secondsPerDraw = costs.sample * minibatch * weights + 4 * contractions(minibatch);
  const trainingTrial = {
    key: 'training',
    label: 'training',
    cost: epochs.late * Math.ceil(data.train.targets.length / trainingBatch) * contractions(trainingBatch),
    run: (context: TrialContext): Promise<Json> => trainSnapshots(model, training, context),
    accepts: snapshotsPattern(model),
  };
  const measurements = snapshotNames.flatMap((snapshot) =>
    Array.from({ length: groups / groupsPerTrial }, (_, i) => {
      const first = i * groupsPerTrial;
      const last = first + groupsPerTrial;
      return {
        key: `${snapshot}-${String(first).padStart(3, '0')}`,
        label: `${snapshot}, draws ${first * options.drawsPerGroup + 1}–${last * options.drawsPerGroup}`,
        cost: secondsPerDraw * groupsPerTrial * options.drawsPerGroup,
        run: (context: TrialContext): Promise<Json> =>
          measureGroups(options, training, { snapshot, first, last }, context),
        accepts: groupsPattern(groupsPerTrial),
      };
    }),
  );
  return {
    name: 'variance',
    configuration: {
      units,
      minibatch,
      'minibatches of measurement': 'with replacement',
      noise: 'variational dropout, type B, one α a layer',
      'start rates': startRates,
      estimators: estimatorNames,
      epochs,
      'training batch': trainingBatch,
      'learning rate': learningRate,
      groups,
      'draws a group': options.drawsPerGroup,
      'groups a trial': groupsPerTrial,
    },
    trials: [trainingTrial, ...measurements],
    conclude: (results) => concludeVariance(options, results),
  };
}
