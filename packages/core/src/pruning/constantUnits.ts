import { partName } from '../layers/linearPart.js';
import { declareInputs, declareParameters } from '../layers/model/declare.js';
import type { LayerCall, Model } from '../layers/model/model.js';
import { bindBatch } from '../program/bindBatch.js';
import { createBuilder } from '../program/builder.js';
import { elementCount } from '../program/shapes.js';
import { evaluate } from '../reference/evaluate.js';
import type { TensorMap } from '../tensorData.js';
import { lastAxis, mixesUnits, placedUnits } from './placedUnits.js';
import type { WeightMatrix } from './weightMatrix.js';

/**
 * For each value: for each index of its last axis, whether it has the same values for all inputs and under all noise (1 or 0). Places
 * of one index may differ, as at the edges of an image that is padded with zeros.
 */
export function constantUnits(
  model: Model,
  matrices: ReadonlyMap<string, WeightMatrix>,
): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>(
    model.inputs.map(({ name, shape }) => [name, new Uint8Array(lastAxis(shape))]),
  );
  for (const call of model.calls) found.set(call.name, constantOutputs(call, matrices, found));
  return found;
}

function constantOutputs(
  { layer, inputs }: LayerCall,
  matrices: ReadonlyMap<string, WeightMatrix>,
  found: ReadonlyMap<string, Uint8Array>,
): Uint8Array {
  const outputs = new Uint8Array(lastAxis(layer.outputShape));
  const matrixOf = (part: string) => matrices.get(partName(layer.name, part)) as WeightMatrix;
  const before = inputs.map((value) => found.get(value) as Uint8Array);
  const partsOf = (k: number) => (layer.inputParts?.[k] ?? []).map(matrixOf);
  const isQuiet = ({ active, noisy, columns }: WeightMatrix, row: number, column: number, constant: boolean) => {
    const at = row * columns + column;
    return !active[at] || (constant && !noisy[at]);
  };
  const placed = placedUnits(layer);
  const columns = layer.outputPart === undefined ? undefined : matrixOf(layer.outputPart);
  if (mixesUnits(layer) && !columns) return outputs;
  const rowsOfColumns = layer.inputParts?.findIndex((parts) => parts.includes(layer.outputPart ?? '')) ?? -1;
  for (let i = 0; i < outputs.length; i++) {
    const follows = placed.every((source, k) => {
      if (mixesUnits(layer)) return true;
      // An input that is repeated along the last axis.
      if (!source) return before[k][0] === 1;
      const row = source(i);
      if (row === undefined) return true;
      const own = partsOf(k);
      const constant = before[k][row] === 1;
      return own.length === 0 ? constant : own.every((matrix) => isQuiet(matrix, row, i % matrix.columns, constant));
    });
    let quiet = follows;
    for (let row = 0; quiet && columns && row < columns.rows; row++) {
      quiet = isQuiet(columns, row, i, rowsOfColumns >= 0 && before[rowsOfColumns][row] === 1);
    }
    outputs[i] = quiet ? 1 : 0;
  }
  return outputs;
}

/**
 * The outputs of all uses of layers, `[…places, units]`, where the inputs are zeros and the weights have their means. What is
 * constant has these values for all inputs.
 */
export function valuesForZeros(model: Model, tensors: TensorMap): ReadonlyMap<string, Float64Array> {
  const b = createBuilder('pruning');
  const values = declareParameters(b, [...model.parameters, ...model.carried]);
  const { trace } = model.forward(b, declareInputs(b, model), values, 'mean');
  for (const { layer, output } of trace) b.output(layer, output);
  const zeros = model.inputs.map(({ name, shape }) => [name, new Float64Array(elementCount(shape))]);
  const given = Object.keys(values).map((name) => [name, tensors[name].data]);
  const feeds = { inputs: Object.fromEntries([...zeros, ...given]) };
  return new Map(Object.entries(evaluate(bindBatch(b.build(), 1), feeds)));
}
