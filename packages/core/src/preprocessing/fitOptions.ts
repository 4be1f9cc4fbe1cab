import { checkChoice } from '../checkChoice.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { checkString } from '../checkString.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { missingTexts } from './cells.js';
import type { ColumnKind } from './preprocessing.js';

/** What is said about a table beside its values. Columns are named by their names. */
export interface FitPreprocessingOptions {
  /** The column or columns to be predicted; none by default. */
  readonly targets?: string | readonly string[];
  /** The columns that give inputs, by default all others. A column of targets is one of them only if it is listed, as for series. */
  readonly inputs?: readonly string[];
  /** Columns that give no inputs, such as numbers of rows. */
  readonly exclude?: readonly string[];
  /** The column with the weights of rows, finite numbers that are not negative. */
  readonly weights?: string;
  /**
   * Kinds of columns that are not left to their values. A list is a category with its values in that order; by default they are
   * those of the training part, sorted by number if all are numbers, else by code units. A column whose values are all numbers is
   * of kind `number`, any other `category`. Numbers as targets are categories if they are whole, at most 10 different ones, and on
   * average 10 rows or more have the same.
   */
  readonly kinds?: Readonly<Record<string, ColumnKind | readonly string[]>>;
  /** Texts that stand for a missing value: empty, NA, N/A, NaN, nan, null and NULL by default. */
  readonly missing?: readonly string[];
  /** Whether targets may be missing, other than categories: `refuse` (the default), or `skip`, where they become NaN. */
  readonly missingTargets?: 'refuse' | 'skip';
  /** A column of more categories is refused; 1000 by default. */
  readonly mostCategories?: number;
}

/** The options with their defaults. */
export interface ResolvedFitOptions {
  readonly targets: readonly string[];
  readonly inputs: readonly string[] | undefined;
  readonly exclude: readonly string[];
  readonly weights: string | undefined;
  readonly kinds: ReadonlyMap<string, ColumnKind | readonly string[]>;
  readonly missing: readonly string[];
  readonly missingTargets: 'refuse' | 'skip';
  readonly mostCategories: number;
}

/** Checks the options and fills in defaults. Throws `VARDROP_OPTION`. */
export function resolveFitOptions(who: string, options: FitPreprocessingOptions): ResolvedFitOptions {
  checkOptionNames(
    who,
    options,
    {
      targets: true,
      inputs: true,
      exclude: true,
      weights: true,
      kinds: true,
      missing: true,
      missingTargets: true,
      mostCategories: true,
    },
    { target: 'Write targets: ….', label: 'Write targets: ….', columns: 'Write inputs: ….' },
  );
  const { targets = [], inputs, exclude = [], weights, kinds = {}, missing = missingTexts } = options;
  const { missingTargets = 'refuse', mostCategories = 1000 } = options;
  const targetNames = typeof targets === 'string' ? [targets] : targets;
  checkTexts(`[${who}] targets`, targetNames, 'the name of a column, or a list of names, each once');
  if (inputs !== undefined) checkTexts(`[${who}] inputs`, inputs, 'a list of names of columns, each once');
  checkTexts(`[${who}] exclude`, exclude, 'a list of names of columns, each once');
  checkTexts(`[${who}] missing`, missing, 'a list of texts, each once');
  if (weights !== undefined) checkString(`[${who}] weights`, weights);
  checkChoice('VARDROP_OPTION', `[${who}] missingTargets`, missingTargets, ['refuse', 'skip']);
  if (!(Number.isSafeInteger(mostCategories) && mostCategories > 0)) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[${who}] mostCategories: got ${formatValue(mostCategories)}, needs a positive whole number.`,
    );
  }
  const checked = checkKinds(who, kinds);
  return { targets: targetNames, inputs, exclude, weights, kinds: checked, missing, missingTargets, mostCategories };
}

function checkTexts(what: string, texts: unknown, needs: string): void {
  const areTexts = Array.isArray(texts) && texts.every((text) => typeof text === 'string');
  if (areTexts && new Set(texts).size === texts.length) return;
  throw new VardropError('VARDROP_OPTION', `${what}: got ${formatValue(texts)}, needs ${needs}.`);
}

function checkKinds(who: string, kinds: unknown): ResolvedFitOptions['kinds'] {
  if (typeof kinds !== 'object' || kinds === null || Array.isArray(kinds)) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[${who}] kinds: got ${formatValue(kinds)}, needs an object with a kind for names of columns, such as { zip: 'category' }.`,
    );
  }
  for (const [name, kind] of Object.entries(kinds)) {
    const what = `[${who}] kinds.${name}`;
    if (Array.isArray(kind)) {
      checkTexts(what, kind, 'a list of texts, each once');
      if (kind.length > 0) continue;
    }
    checkChoice(
      'VARDROP_OPTION',
      what,
      kind,
      ['number', 'category', 'counts'],
      'Or list the categories in their order.',
    );
  }
  return new Map(Object.entries(kinds));
}
