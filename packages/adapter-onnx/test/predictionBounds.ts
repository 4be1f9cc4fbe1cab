import type { TensorMap } from '@vardrop/core';
import { keyNames, noiseKeys, predictionProgram, summaryProgram } from '@vardrop/core/extend';
import { bindBatch, elementCount } from '@vardrop/core/program';
import { prepare } from '../src/export/emitModel.js';
import { supportsOf } from '../src/supports.js';
import type { GraphExample } from './networks.js';
import { runningError } from './runningError.js';
import type { devices } from './runtimes.js';

/** The numbers of parameters, by name. */
export const dataOf = (parameters: TensorMap) =>
  Object.fromEntries(Object.entries(parameters).map(([name, { data }]) => [name, data]));

/** Inputs of a program among the parameters and others. */
export function feedsOf(program: ReturnType<typeof bindBatch>, given: Readonly<Record<string, ArrayLike<number>>>) {
  const names = program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : []));
  return Object.fromEntries(names.map((name) => [name, given[name]]));
}

/** Inputs by the names of the model. */
export function namedInputs({ model, inputs }: Pick<GraphExample, 'model' | 'inputs'>) {
  return inputs instanceof Float32Array ? { [model.inputs[0].name]: inputs } : inputs;
}

/** Bounds on the errors of a Monte-Carlo prediction's outputs, sample by sample. */
export function boundsOfSample(
  example: Omit<GraphExample, 'name'>,
  device: (typeof devices)[number],
  { seed, samples }: { readonly seed: number; readonly samples: number },
): Record<string, Float64Array> {
  const { model, parameters, rows } = example;
  const arithmetic = supportsOf(device);
  const source = predictionProgram(model, 'sample');
  const program = bindBatch(prepare(source), rows);
  let values: Record<string, Float64Array> = {};
  let errors: Record<string, Float64Array> = {};
  for (const node of program.nodes) {
    if (node.op !== 'input' || node.role !== 'carried') continue;
    values[node.name] = new Float64Array(elementCount(node.shape));
  }
  const zeros = values;
  const outputs = Object.entries(program.outputs);
  for (let k = 0; k < samples; k++) {
    const keys = noiseKeys(keyNames(source), seed, 'prediction', k);
    const evaluate = (carried: typeof values, weight: number, off: typeof errors) => {
      const given = { ...dataOf(parameters), ...carried, ...namedInputs(example), weight: Float32Array.of(weight) };
      return runningError(program, { inputs: feedsOf(program, given), keys }, arithmetic, off);
    };
    const result = evaluate(values, 1 / (k + 1), errors);
    // With nothing before it and the weight 1, the mean is the sample itself.
    const alone = evaluate(zeros, 1, {});
    errors = Object.fromEntries(
      outputs.map(([name, id]) => [
        name,
        name.endsWith('squaredDeviations')
          ? result.errors[id]
          : meanError(k, errors[name], alone.errors[id], alone.values[id], result.values[id]),
      ]),
    );
    values = Object.fromEntries(outputs.map(([name, id]) => [name, result.values[id]]));
  }
  const summary = bindBatch(summaryProgram(model), rows);
  const all = { ...dataOf(parameters), ...values, samples: Float32Array.of(samples) };
  const result = runningError(summary, { inputs: feedsOf(summary, all) }, arithmetic, errors);
  return Object.fromEntries(Object.entries(summary.outputs).map(([name, id]) => [name, result.errors[id]]));
}

/**
 * Error of the mean m + (v − m)/n of n = k + 1 samples: that of m, of which it holds (n − 1)/n, and of v, of which it holds
 * 1/n, and the roundings of the difference, the weight, the product (each of at most |v| + |m|, divided by n) and the sum.
 */
function meanError(
  k: number,
  before: Float64Array | undefined,
  sample: Float64Array,
  value: Float64Array,
  mean: Float64Array,
): Float64Array {
  return sample.map((error, i) => {
    const earlier = before?.[i] ?? 0;
    const largest = Math.abs(value[i]) + Math.abs(mean[i]) * 2 + error + earlier;
    return (k * earlier + error) / (k + 1) + 2 ** -24 * largest * (1 + 6 / (k + 1));
  });
}
