import { type Place, type PlaceRoot, placeOf } from '../description/place.js';
import type { ColumnRule, Preprocessing, TargetRule } from './preprocessing.js';

const root: PlaceRoot = {
  name: 'preprocessing',
  code: 'VARDROP_PREPROCESSING',
  remedy: 'Fit the preprocessing again.',
};

/**
 * Reads a preprocessing that may come from anywhere, such as the JSON of a file, into a new object. Nothing in it is executed.
 * Throws `VARDROP_PREPROCESSING` with the place of the fault: members that are missing, unknown or of another type, names and
 * categories that are repeated, numbers that are not finite, deviations that are negative, a form of a later version.
 */
export function readPreprocessing(value: unknown): Preprocessing {
  const whole = placeOf('readPreprocessing', root.name, value, root);
  const format = whole.member('format');
  if (format.value !== 1) format.refuse('1. A later version wrote it');
  whole.members(['format', 'rows', 'missing', 'columns', 'targets'], ['weights']);
  const rows = whole.member('rows');
  rows.positive();
  const [columns, targets] = [new Set<string>(), new Set<string>()];
  const read: Preprocessing = {
    format: 1,
    rows: rows.value as number,
    missing: texts(whole.member('missing')),
    columns: whole
      .member('columns')
      .list()
      .map((column) => readColumn(column, columns)),
    targets: whole
      .member('targets')
      .list()
      .map((target) => readTarget(target, targets)),
  };
  const weights = whole.member('weights');
  if (weights.value === undefined) return read;
  return { ...read, weights: newName(weights, new Set([...columns, ...targets])) };
}

function readColumn(place: Place, names: Set<string>): ColumnRule {
  const kind = place.member('kind');
  switch (kind.value) {
    case 'number':
      place.members(['name', 'kind', 'mean', 'deviation', 'missing']);
      return { ...readNumber(place, names), deviation: deviation(place, 0) };
    case 'category':
      place.members(['name', 'kind', 'categories', 'missing']);
      return { ...readCategory(place, names), missing: boolean(place.member('missing')) };
    default:
      return kind.refuse("'number' or 'category'");
  }
}

function readTarget(place: Place, names: Set<string>): TargetRule {
  const kind = place.member('kind');
  switch (kind.value) {
    case 'number':
      place.members(['name', 'kind', 'mean', 'deviation', 'missing']);
      return { ...readNumber(place, names), deviation: deviation(place, Number.MIN_VALUE) };
    case 'category':
      place.members(['name', 'kind', 'categories']);
      return readCategory(place, names);
    case 'counts':
      place.members(['name', 'kind', 'missing']);
      return { name: newName(place.member('name'), names), kind: 'counts', missing: boolean(place.member('missing')) };
    default:
      return kind.refuse("'number', 'category' or 'counts'");
  }
}

function readNumber(place: Place, names: Set<string>) {
  const mean = place.member('mean');
  if (!Number.isFinite(mean.value)) mean.refuse('a finite number');
  return {
    name: newName(place.member('name'), names),
    kind: 'number',
    mean: mean.value as number,
    missing: boolean(place.member('missing')),
  } as const;
}

function readCategory(place: Place, names: Set<string>) {
  const categories = place.member('categories');
  const read = texts(categories);
  if (read.length === 0) categories.refuse('at least one');
  return { name: newName(place.member('name'), names), kind: 'category', categories: read } as const;
}

function deviation(place: Place, least: number): number {
  const member = place.member('deviation');
  const isGood = Number.isFinite(member.value) && (member.value as number) >= least;
  return isGood ? (member.value as number) : member.refuse(`a finite number ${least === 0 ? 'from 0 on' : 'above 0'}`);
}

function boolean(place: Place): boolean {
  return typeof place.value === 'boolean' ? place.value : place.refuse('true or false');
}

/** Texts of which each stands in the list once. */
function texts(place: Place): readonly string[] {
  const seen = new Set<string>();
  return place.list().map((each) => newName(each, seen));
}

function newName(place: Place, names: Set<string>): string {
  place.newName(names);
  return place.value as string;
}
