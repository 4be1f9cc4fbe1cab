import { checkOptionNames } from '../checkOptionNames.js';
import { averageName } from './averageName.js';
import { checkDecay } from './checkOption.js';
import type { Optimizer } from './optimizer.js';

/**
 * Carries an average of the parameters over the steps, in which a step counts `decay` times as much as the next; the last link
 * of a `chain`. `averagedParameters` reads it; training goes on with the parameters themselves. It is the average with its bias
 * corrected (Kingma & Ba 2015, section 7.2): `a ← a + (θ − a)(1 − d)/(1 − dᵗ)`, so that the first is the first θ. Throws
 * `VARDROP_OPTIMIZER` unless `decay` (default 0.999) is in [0, 1), `VARDROP_OPTION` for unknown options.
 */
export function movingAverage(options: { readonly decay?: number } = {}): Optimizer {
  checkOptionNames('movingAverage', options, { decay: true }, { beta: 'Write decay.' });
  const { decay = 0.999 } = options;
  checkDecay('movingAverage', 'decay', decay);
  return {
    name: 'movingAverage',
    kind: 'observer',
    slots: (parameters) => parameters.map(({ name, shape }) => ({ name: averageName(name), shape })),
    scalarNames: ['movingAverage/weight'],
    scalars: (step) => ({ 'movingAverage/weight': (1 - decay) / (1 - decay ** step) }),
    update(b, { parameters, updates, slots, scalars }) {
      const next = Object.entries(parameters).map(([name, parameter]) =>
        b.scope(`movingAverage/${name}`, () => {
          const average = slots[averageName(name)];
          const moved = Object.hasOwn(updates, name) ? b.add(parameter, updates[name]) : parameter;
          const change = b.mul(scalars['movingAverage/weight'], b.sub(moved, average));
          return [averageName(name), b.add(average, change)] as const;
        }),
      );
      return { updates, slots: Object.fromEntries(next) };
    },
  };
}
