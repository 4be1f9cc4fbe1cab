import { VardropError } from '../errors.js';
import { checkLink } from './checkOptimizer.js';
import type { NamedShape, Optimizer } from './optimizer.js';

/**
 * One optimizer of several links, each of which gets what the one before gives: `chain(clipByGlobalNorm(1), adamW())`. Filters
 * come first, then one optimizer, then what observes its updates, such as `movingAverage`. Filters alone make a filter. Throws
 * `VARDROP_OPTIMIZER` for another order, for no links, and for links of the same kind that would share slots or scalars.
 */
export function chain(...links: readonly Optimizer[]): Optimizer {
  links.forEach((link, i) => {
    checkLink(`[chain] link ${i + 1}`, link);
  });
  const name = `chain(${links.map((link) => link.name).join(', ')})`;
  const kinds = links.map(({ kind = 'optimizer' }) => kind);
  const places = kinds.map((kind) => ['filter', 'optimizer', 'observer'].indexOf(kind));
  const sorted = places.every((place, i) => i === 0 || place >= places[i - 1]);
  const filtersOnly = kinds.length > 0 && kinds.every((kind) => kind === 'filter');
  if (!filtersOnly && !(sorted && kinds.filter((kind) => kind === 'optimizer').length === 1)) {
    throw new VardropError(
      'VARDROP_OPTIMIZER',
      `[chain] links: got ${links.length === 0 ? 'none' : name}, needs filters, then one optimizer, then observers. Write chain(clipByGlobalNorm(1), adam(), movingAverage()).`,
    );
  }
  const scalarNames = links.flatMap((link) => link.scalarNames);
  checkDistinct(name, scalarNames);
  return {
    name,
    ...(filtersOnly && { kind: 'filter' }),
    slots(parameters) {
      const slots = links.flatMap((link): readonly NamedShape[] => link.slots(parameters));
      checkDistinct(
        name,
        slots.map((slot) => slot.name),
      );
      return slots;
    },
    scalarNames,
    scalars: (step, rateFactor) => Object.assign({}, ...links.map((link) => link.scalars(step, rateFactor))),
    update: (b, step) =>
      links.reduce(
        ({ updates, slots }, link) => {
          const next = link.update(b, { ...step, updates });
          return { updates: next.updates, slots: { ...slots, ...next.slots } };
        },
        { updates: step.updates, slots: {} },
      ),
  };
}

function checkDistinct(chainName: string, names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new VardropError(
    'VARDROP_OPTIMIZER',
    `[chain] links: got ${chainName}, of which two carry '${twice}', needs each name once. Leave one of the two out.`,
  );
}
