import { checkFunction } from '../checkFunction.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Value } from '../program/builder.js';
import { checkOptimizer } from './checkOptimizer.js';
import type { Optimizer } from './optimizer.js';

/** Some parameters and their optimizer. */
export interface ParameterGroup {
  /** Whether a parameter belongs to the group, by full name: `(name) => name.endsWith('/weights')`. */
  readonly parameters: (name: string) => boolean;
  /** `frozen` parameters are not changed. Their gradients are not computed unless something before in a chain reads them. */
  readonly optimizer: Optimizer | 'frozen';
}

/**
 * Optimizers for groups of parameters, such as several learning rates. A parameter belongs to the first group that takes it.
 * Throws `VARDROP_OPTIMIZER` for no groups, and for links of a chain in place of optimizers. A parameter that no group takes is refused with
 * `VARDROP_OPTIMIZER` when training starts: let the last group take all, `parameters: () => true`.
 */
export function parameterGroups(groups: readonly ParameterGroup[]): Optimizer {
  checkGroups(groups);
  const active = groups.flatMap(({ optimizer }, index) =>
    optimizer === 'frozen' ? [] : [{ index, optimizer, prefix: `group${index + 1}/` }],
  );
  const groupOf = (name: string): number => {
    const index = groups.findIndex(({ parameters }) => parameters(name));
    if (index !== -1) return index;
    throw new VardropError(
      'VARDROP_OPTIMIZER',
      `[parameterGroups] groups: got none that takes '${name}', needs a group for each parameter. Add { parameters: () => true, optimizer: 'frozen' }, or another optimizer, as the last one.`,
    );
  };
  const within = (index: number, values: Readonly<Record<string, Value>>) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => groupOf(name) === index));
  return {
    name: `parameterGroups(${groups.map(({ optimizer }) => (optimizer === 'frozen' ? 'frozen' : optimizer.name)).join(', ')})`,
    slots: (parameters) =>
      groups.flatMap(({ optimizer }, index) => {
        const own = parameters.filter(({ name }) => groupOf(name) === index);
        return optimizer === 'frozen' ? [] : optimizer.slots(own);
      }),
    scalarNames: active.flatMap(({ optimizer, prefix }) => optimizer.scalarNames.map((name) => prefix + name)),
    scalars: (step, rateFactor) =>
      Object.fromEntries(
        active.flatMap(({ optimizer, prefix }) =>
          Object.entries(optimizer.scalars(step, rateFactor)).map(([name, value]) => [prefix + name, value]),
        ),
      ),
    update(b, { parameters, updates, slots, scalars }) {
      const results = active.map(({ index, optimizer, prefix }) =>
        optimizer.update(b, {
          parameters: within(index, parameters),
          updates: within(index, updates),
          slots,
          scalars: Object.fromEntries(optimizer.scalarNames.map((name) => [name, scalars[prefix + name]])),
        }),
      );
      return {
        updates: Object.assign({}, ...results.map((result) => result.updates)),
        slots: Object.assign({}, ...results.map((result) => result.slots)),
      };
    },
  };
}

function checkGroups(groups: readonly ParameterGroup[]): void {
  if (!Array.isArray(groups) || groups.length === 0) {
    throw new VardropError(
      'VARDROP_OPTIMIZER',
      `[parameterGroups] groups: got ${Array.isArray(groups) ? 'none' : formatValue(groups)}, needs a list of { parameters, optimizer }.`,
    );
  }
  groups.forEach((group, i) => {
    const who = `parameterGroups: group ${i + 1}`;
    checkOptionNames(
      who,
      group,
      { parameters: true, optimizer: true },
      { lr: 'Write optimizer: adam({ learningRate }).' },
    );
    if (group.parameters === undefined) {
      throw new VardropError('VARDROP_OPTIMIZER', `[${who}] parameters: got nothing, needs a function of a name.`);
    }
    checkFunction(`[${who}] parameters`, group.parameters);
    if (group.optimizer !== 'frozen') checkOptimizer(`[${who}] optimizer`, group.optimizer, 'VARDROP_OPTIMIZER');
  });
}
