import { VardropError } from '../errors.js';
import { meanWeights, parametersOfPart, partName } from '../layers/linearPart.js';
import { type LayerCall, type Model, parametersOf } from '../layers/model/model.js';
import type { TensorMap } from '../tensorData.js';
import { constantUnits, valuesForZeros } from './constantUnits.js';
import { evaluateBuilt } from './evaluateBuilt.js';
import { layerTensors } from './layerTensors.js';
import { lastAxis } from './placedUnits.js';
import { readingParts, type UnitGraph } from './unitGraph.js';
import { type WeightMatrix, weightMatrices } from './weightMatrix.js';
import type { Preserved } from './weightStates.js';

/** A part that reads units with the rows of its weights. */
export interface UnitReader {
  /** Name of the part in the model. */
  readonly name: string;
  readonly columns: number;
  /** The unit that each column makes; undefined if the layer mixes them further. */
  readonly made: Int32Array | undefined;
  /** The units that it reads. */
  readonly reads: ReadonlySet<number>;
  /**
   * What column `column` gets from a unit, if that is the same for all inputs, at all places and uses and under all noise, and there
   * is a bias that it can be added to: 0 where the weights are inactive. Otherwise undefined.
   */
  constantFrom(unit: number, column: number): number | undefined;
}

/** One use of a reader. */
interface Use {
  readonly call: LayerCall;
  readonly input: number;
  readonly constant: Uint8Array;
  /** `[…places, rows]` of constants. */
  values(): Float64Array;
}

/** All parts that read units. Throws `VARDROP_PRUNE` for a part of `inputParts` whose rows are not the units of the input. */
export function unitReaders(
  model: Model,
  parameters: TensorMap,
  { graph, preserve }: { readonly graph: UnitGraph; readonly preserve: Preserved },
): readonly UnitReader[] {
  const matrices = weightMatrices(model, parameters, preserve);
  const constants = constantUnits(model, matrices);
  let zeros: ReadonlyMap<string, Float64Array> | undefined;
  const valuesOf = (value: string) => {
    zeros ??= valuesForZeros(model, parameters);
    return zeros.get(value) as Float64Array;
  };
  const uses = new Map<string, Use[]>();
  for (const call of model.calls) {
    call.inputs.forEach((value, input) => {
      for (const part of readingParts(call.layer, input)) {
        const name = partName(call.layer.name, part);
        const { rows } = matrices.get(name) as WeightMatrix;
        checkRows(name, rows, call.layer.inputShapes[input]);
        const constant = constants.get(value) as Uint8Array;
        const use = { call, input, constant, values: () => valuesOf(value) };
        uses.set(name, [...(uses.get(name) ?? []), use]);
      }
    });
  }
  return [...uses].map(([name, ofPart]) => readerOf(matrices.get(name) as WeightMatrix, ofPart, graph, parameters));
}

function readerOf(matrix: WeightMatrix, uses: readonly Use[], { units }: UnitGraph, parameters: TensorMap): UnitReader {
  const { modelPart, columns, active, noisy } = matrix;
  const { layer, part, name } = modelPart;
  const [{ call, input }] = uses;
  const rowsOf = new Map<number, number[]>();
  (units.get(call.inputs[input]) as Int32Array).forEach((unit, row) => {
    rowsOf.set(unit, [...(rowsOf.get(unit) ?? []), row]);
  });
  const isConstant = (row: number) => uses.every(({ constant }) => constant[row] === 1);
  let nonZero: Uint8Array | undefined;
  let sums: ReadonlyMap<number, Float64Array> | undefined;
  return {
    name,
    columns,
    made: layer.outputPart === part.name ? units.get(call.name) : undefined,
    reads: new Set(rowsOf.keys()),
    constantFrom(unit, column) {
      const rows = (rowsOf.get(unit) ?? []).filter((row) => active[row * columns + column]);
      if (!rows.every(isConstant)) return undefined;
      if (rows.length === 0) return 0;
      nonZero ??= nonZeroRows(matrix.rows, uses);
      const shifting = rows.filter((row) => nonZero?.[row]);
      if (shifting.length === 0) return 0;
      if (!part.bias || shifting.some((row) => noisy[row * columns + column])) return undefined;
      sums ??= constantSums(matrix, uses, { rowsOf, nonZero }, parameters);
      const sum = sums.get(unit)?.[column];
      return Number.isFinite(sum) ? sum : undefined;
    },
  };
}

function nonZeroRows(rows: number, uses: readonly Use[]): Uint8Array {
  const found = new Uint8Array(rows);
  for (const { values } of uses) {
    values().forEach((value, i) => {
      if (value !== 0) found[i % rows] = 1;
    });
  }
  return found;
}

/**
 * For each unit with constants other than 0 what each column gets from them; NaN where this differs between places or uses. Each
 * unit is a row of a batch.
 */
function constantSums(
  { modelPart: { layer, part }, rows, columns }: WeightMatrix,
  uses: readonly Use[],
  { rowsOf, nonZero }: { readonly rowsOf: ReadonlyMap<number, readonly number[]>; readonly nonZero: Uint8Array },
  parameters: TensorMap,
): ReadonlyMap<number, Float64Array> {
  const constant = (row: number) => nonZero[row] === 1 && uses.every((use) => use.constant[row] === 1);
  const units = [...rowsOf].filter(([, own]) => own.some(constant));
  const sums = units.map(() => new Float64Array(columns).fill(Number.NaN));
  uses.forEach(({ call, input, values }, use) => {
    const shape = call.layer.inputShapes[input];
    const all = values();
    const data = new Float64Array(units.length * all.length);
    units.forEach(([, own], row) => {
      const taken = new Set(own.filter(constant));
      all.forEach((value, i) => {
        if (taken.has(i % rows)) data[row * all.length + i] = value;
      });
    });
    const built = call.layer.parts?.find(({ name }) => name === part.name) ?? part;
    const outputs = evaluateBuilt(
      layerTensors(layer, parameters),
      { rows: units.length, shape, data },
      (b, tensors, x) =>
        built.map.apply(b, x, meanWeights(b, part.noise, parametersOfPart(part, parametersOf(layer, tensors)))),
    );
    const length = outputs.length / units.length;
    sums.forEach((sum, row) => {
      for (let i = 0; i < length; i++) {
        const value = outputs[row * length + i];
        if (use === 0 && i < columns) sum[i] = value;
        else if (sum[i % columns] !== value) sum[i % columns] = Number.NaN;
      }
    });
  });
  return new Map(units.map(([unit], row) => [unit, sums[row]]));
}

function checkRows(name: string, rows: number, inputShape: readonly number[]): void {
  if (rows === lastAxis(inputShape)) return;
  throw new VardropError(
    'VARDROP_PRUNE',
    `[${name}] weights: got ${rows} rows for inputs [${inputShape.join(', ')}], needs one for each unit of the last axis. Leave the part out of inputParts.`,
  );
}
