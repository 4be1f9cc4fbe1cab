import { sortTexts, textOf } from './cells.js';
import type { ColumnStatistics } from './columnStatistics.js';
import type { ResolvedFitOptions } from './fitOptions.js';
import type { ColumnRule, TargetRule } from './preprocessing.js';
import { columnError } from './tableError.js';

/** The most classes that are read into numbers, and the rows that each has at least on average. */
const classesOfNumbers = { most: 10, rows: 10 };

/** Where a column stands, for messages. */
export interface RuleContext {
  readonly who: string;
  readonly source: string | undefined;
  readonly options: ResolvedFitOptions;
}

/** The rule for a column of inputs. Throws `VARDROP_EMPTY` if all its values are missing. */
export function columnRule(context: RuleContext, name: string, statistics: ColumnStatistics): ColumnRule {
  checkValues(context, name, statistics);
  const missing = statistics.missing > 0;
  return statistics.kind === 'category'
    ? { name, kind: 'category', categories: categoriesOf(context, name, statistics), missing }
    : { name, kind: 'number', ...standardOf(statistics), missing };
}

/**
 * The rule for a column of targets. Throws `VARDROP_MISSING` for missing values that are not allowed, `VARDROP_EMPTY` if there
 * are no others, and `VARDROP_CONSTANT` for numbers that are all the same.
 */
export function targetRule(context: RuleContext, name: string, statistics: ColumnStatistics): TargetRule {
  const { who, source, options } = context;
  checkValues(context, name, statistics);
  const skip = options.missingTargets === 'skip';
  const isCategory = isCategoryTarget(context, name, statistics);
  if (statistics.missing > 0 && (isCategory || !skip)) {
    const needs = isCategory
      ? 'a value in each row. Remove the rows.'
      : "a value in each row. Remove the rows, or write missingTargets: 'skip'.";
    throw columnError('VARDROP_MISSING', who, source, name, { got: `${statistics.missing} missing targets`, needs });
  }
  if (isCategory) return { name, kind: 'category', categories: categoriesOf(context, name, statistics) };
  if (statistics.kind === 'counts') return { name, kind: 'counts', missing: skip };
  const standard = standardOf(statistics);
  if (standard.deviation === 0) {
    throw columnError('VARDROP_CONSTANT', who, source, name, {
      got: `${standard.mean} in all rows`,
      needs: 'targets that differ.',
    });
  }
  return { name, kind: 'number', ...standard, missing: skip };
}

function isCategoryTarget({ options }: RuleContext, name: string, statistics: ColumnStatistics): boolean {
  const { kind, distinct, areWhole, count } = statistics;
  if (options.kinds.has(name) || kind !== 'number') return kind === 'category';
  const { most, rows } = classesOfNumbers;
  return areWhole && distinct !== undefined && distinct.size <= most && count >= rows * distinct.size;
}

function checkValues({ who, source }: RuleContext, name: string, { count }: ColumnStatistics): void {
  if (count > 0) return;
  throw columnError('VARDROP_EMPTY', who, source, name, {
    got: 'no value in any row',
    needs: 'at least one. Leave the column out (exclude).',
  });
}

/** The categories of a column: those given, or those seen. Throws `VARDROP_CATEGORY` for a seen one that is not among those given. */
function categoriesOf({ who, source, options }: RuleContext, name: string, statistics: ColumnStatistics) {
  const given = options.kinds.get(name);
  const seen = new Set([...(statistics.distinct ?? [])].map(textOf));
  if (given === undefined || typeof given === 'string') return sortTexts(seen);
  const other = [...seen].find((category) => !given.includes(category));
  if (other === undefined) return given;
  throw columnError('VARDROP_CATEGORY', who, source, name, {
    got: `the value '${other}'`,
    needs: `only those in kinds.${name}: ${given.slice(0, 12).join(', ')}.`,
  });
}

/**
 * Mean and deviation (of the population) of numbers. The deviation is 0 where the differences are within the rounding of the sums,
 * by scikit-learn's rule for constant features.
 */
function standardOf({ mean, squares, count }: ColumnStatistics): { mean: number; deviation: number } {
  const variance = squares / count;
  const rounding = count * Number.EPSILON * variance + (count * mean * Number.EPSILON) ** 2;
  return { mean, deviation: variance > rounding ? Math.sqrt(variance) : 0 };
}
