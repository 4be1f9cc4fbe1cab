import { checkOptionNames } from '@vardrop/core/backend';
import type { CreateExperiment, Experiment } from '../experiment.js';
import { settingNames } from '../settingNames.js';
import { concludeSpeed } from './concludeSpeed.js';
import { measureSpeed, type SpeedCase, speedPattern, widthsOf } from './measureSpeed.js';
import type { SpeedOptions } from './speedOptions.js';

/** The paper's network and minibatch. */
const published: SpeedCase = { width: 500, batch: 1000 };

/** Approximate seconds of a weight sample and of a multiply-add, to estimate the remaining time. */
const costs = { sample: 6e-9, product: 3.5e-11, step: 0.05 };

/**
 * Section 5 of Kingma, Salimans & Welling 2015: how long an epoch takes with a weight sample for each datapoint and with local
 * reparametrization, for their network, and how the ratio changes with width and minibatch. It takes minutes. Quick computes
 * only a part of each minibatch with separate samples, and skips the widest network.
 */
export const speed: CreateExperiment = (setting) => {
  checkOptionNames('speed', setting, settingNames);
  const { data, quick, seed } = setting;
  return speedExperiment({
    data,
    seed,
    cases: [
      published,
      ...(quick ? [100, 250] : [100, 250, 1000]).map((width) => ({ width, batch: published.batch })),
      ...(quick ? [10, 100] : [1, 10, 100]).map((batch) => ({ width: published.width, batch })),
    ],
    rounds: quick ? 9 : 15,
    share: quick ? 0.1 : 1,
    epoch: 60_000,
  });
};

/**
 * `speed` with custom cases: seconds per epoch with local reparametrization and with a sample for each datapoint. Throws
 * `VARDROP_OPTION` for unknown options.
 */
export function speedExperiment(options: SpeedOptions): Experiment {
  const known = { data: true, seed: true, cases: true, rounds: true, share: true, epoch: true } as const;
  checkOptionNames('speedExperiment', options, known);
  const { data, cases, rounds, share, epoch } = options;
  return {
    name: 'speed',
    configuration: { cases: cases.map(({ width, batch }) => ({ width, batch })), rounds, share, epoch },
    trials: cases.map((each) => {
      const widths = widthsOf(data, each.width);
      const weights = widths.slice(1).reduce((sum, width, i) => sum + width * widths[i], 0);
      const rowCost = share * costs.sample + 6 * costs.product;
      return {
        key: `width-${each.width}-batch-${each.batch}`,
        label: `${widths.join('-')}, batch ${each.batch}`,
        cost: (rounds + 1) * (each.batch * weights * rowCost + costs.step),
        run: (context) => measureSpeed(each, options, context),
        accepts: speedPattern(rounds),
      };
    }),
    conclude: (results) => concludeSpeed(options, results),
  };
}
