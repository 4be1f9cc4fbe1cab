import type { ColumnRule, Preprocessing } from './preprocessing.js';

/**
 * The names of a network's inputs in their order: `age`, `age missing`, `city=Oslo`, `city missing`. Their number is the width of
 * the inputs `[rows, width]`.
 */
export function inputNames(preprocessing: Preprocessing): readonly string[] {
  return preprocessing.columns.flatMap(namesOf);
}

function namesOf(rule: ColumnRule): readonly string[] {
  const missing = rule.missing ? [`${rule.name} missing`] : [];
  switch (rule.kind) {
    case 'number':
      return rule.deviation > 0 ? [rule.name, ...missing] : missing;
    case 'category':
      return widthOf(rule) > 0 ? [...rule.categories.map((category) => `${rule.name}=${category}`), ...missing] : [];
  }
}

/** How many inputs a column gives; none if it is the same in all rows of the training part. */
export function widthOf(rule: ColumnRule): number {
  const missing = rule.missing ? 1 : 0;
  switch (rule.kind) {
    case 'number':
      return (rule.deviation > 0 ? 1 : 0) + missing;
    case 'category': {
      const width = rule.categories.length + missing;
      return width > 1 ? width : 0;
    }
  }
}
