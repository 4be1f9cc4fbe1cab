import { VardropError } from '../errors.js';
import { firstNonFinite } from '../firstNonFinite.js';
import { flattenRows, type Rows } from '../flattenRows.js';
import type { Model, ModelInput } from '../layers/model/model.js';
import { arraysOf, type OneOrNamed } from '../oneOrNamed.js';
import { elementCount } from '../program/shapes.js';
import { toFloat32 } from '../toFloat32.js';
import { placeInRows } from './placeInRows.js';

/** The inputs of some datapoints, checked. */
export interface ReadInputs {
  readonly rows: number;
  /** `[rows, …shape]`, row-major, by the names of the model's inputs. */
  readonly inputs: Readonly<Record<string, Float32Array>>;
}

/** Float32 holds every whole number up to here, so it is the largest number of a row. */
const largestIndex = 2 ** 24 - 1;

/**
 * Datapoints, row-major, as float32, and their number. Throws what `arraysOf` and `toFloat32` throw, `VARDROP_EMPTY` for no
 * numbers, `VARDROP_SHAPE` unless they are whole rows, as many for each input, `VARDROP_NON_FINITE` with the row and column of
 * the first number that is not finite, and `VARDROP_INDEX` for the first that an input of whole numbers cannot have.
 */
export function readInputs(
  who: string,
  { inputs }: Pick<Model, 'inputs'>,
  given: OneOrNamed<ArrayLike<number> | Rows>,
): ReadInputs {
  const names = inputs.map(({ name }) => name);
  const arrays = arraysOf(`[${who}] inputs`, given, names, 'inputs');
  const read = inputs.map((input, i) => {
    const what = inputs.length === 1 ? `[${who}] inputs` : `[${who}] inputs.${input.name}`;
    return [input.name, readInput(what, input, arrays[i])] as const;
  });
  const rowsOf = read.map(([, data], i) => data.length / elementCount(inputs[i].shape));
  const other = rowsOf.findIndex((rows) => rows !== rowsOf[0]);
  if (other === -1) return { inputs: Object.fromEntries(read), rows: rowsOf[0] };
  throw new VardropError(
    'VARDROP_SHAPE',
    `[${who}] inputs: got ${rowsOf[0]} rows of ${names[0]} and ${rowsOf[other]} of ${names[other]}, needs the same number. Pass all inputs of the same rows, in their order.`,
  );
}

function readInput(what: string, input: ModelInput, given: unknown): Float32Array {
  const columns = elementCount(input.shape);
  const place = placeInRows(columns);
  const numbers = flattenRows(what, given, columns);
  const read = toFloat32(what, numbers, place);
  if (read.length === 0) {
    throw new VardropError('VARDROP_EMPTY', `${what}: got none, needs at least one row of ${columns} numbers.`);
  }
  if (read.length % columns !== 0) {
    throw new VardropError(
      'VARDROP_SHAPE',
      `${what}: got ${read.length} numbers, needs a multiple of ${columns} for rows of shape [${input.shape.join(', ')}]. Pass whole rows, row-major.`,
    );
  }
  const bad = firstNonFinite(read);
  if (bad !== -1) {
    throw new VardropError(
      'VARDROP_NON_FINITE',
      `${what}: got ${read[bad]} ${place(bad)}, needs finite numbers. Remove or fill in what is missing.`,
    );
  }
  // Before they are rounded, so that a number that is almost whole is refused too.
  if (input.kind === 'integers') checkIndices(what, input, numbers as ArrayLike<number>);
  return read;
}

function checkIndices(what: string, { shape, limit }: ModelInput, given: ArrayLike<number>): void {
  const largest = Math.min(largestIndex, (limit ?? Number.POSITIVE_INFINITY) - 1);
  for (let i = 0; i < given.length; i++) {
    const value = given[i];
    if (Number.isInteger(value) && value >= 0 && value <= largest) continue;
    const remedy = limit === undefined ? 'Number things from 0' : `Number things from 0, or give the layer more rows`;
    throw new VardropError(
      'VARDROP_INDEX',
      `${what}: got ${value} ${placeInRows(elementCount(shape))(i)}, needs whole numbers from 0 to ${largest}. ${remedy}.`,
    );
  }
}
