import { compileProgram } from '../../backend/compileProgram.js';
import type { Backend, Tensor, Tensors } from '../../backend/contract.js';
import { disposeAll } from '../../backend/disposeAll.js';
import type { Model } from '../../layers/model/model.js';
import { headsOf, targetName } from '../../likelihoods/heads.js';
import { gatherTargets } from '../../prediction/readTargets.js';
import { elementCount } from '../../program/shapes.js';
import type { TensorMap } from '../../tensorData.js';
import type { ReadDataset } from '../../training/data.js';
import { yieldToEvents } from '../../yieldToEvents.js';
import { curvatureProgram, type LaplaceCovariance } from './curvatureProgram.js';
import type { LastLayer } from './lastLayer.js';

/** Sums of `curvatureProgram` over all rows, in float64, by the names of its outputs. */
export async function sumCurvature(
  model: Model,
  last: LastLayer,
  about: {
    readonly backend: Backend;
    readonly parameters: TensorMap;
    readonly data: ReadDataset;
    readonly covariance: LaplaceCovariance;
    readonly batch: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Record<string, Float64Array>> {
  const { backend, parameters, data, covariance, batch, signal } = about;
  const source = curvatureProgram(model, last, covariance);
  const [head] = headsOf('lastLayerLaplace', model);
  const sums: Record<string, Float64Array> = {};
  const own: Tensor[] = [];
  const upload = (values: Float32Array, shape: readonly number[]) => {
    const tensor = backend.upload(values, shape);
    own.push(tensor);
    return tensor;
  };
  const shared: Tensors = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, data: values }]) => [name, upload(values, shape)]),
  );
  try {
    const full = Math.min(batch, data.rows);
    for (const rows of new Set([full, data.rows % full])) {
      if (rows === 0) continue;
      const program = await compileProgram(backend, source, { batch: rows });
      const [start, end] = rows === full ? [0, data.rows - (data.rows % full)] : [data.rows - rows, data.rows];
      for (let first = start; first < end; first += rows) {
        await yieldToEvents();
        signal?.throwIfAborted();
        const indices = Uint32Array.from({ length: rows }, (_, i) => first + i);
        const inputs: [string, Tensor][] = model.inputs.map(({ name, shape }) => {
          const columns = elementCount(shape);
          return [
            name,
            upload(data.inputs[name].subarray(first * columns, (first + rows) * columns), [rows, ...shape]),
          ];
        });
        const weights = Float32Array.from(indices, (row) => data.weights?.[row] ?? 1);
        const targets = gatherTargets(head, data.targets[head.output.name], data.rows, indices);
        const result = program.run(
          {
            ...shared,
            ...Object.fromEntries(inputs),
            rowWeight: upload(weights, [rows, 1]),
            [targetName(head)]: upload(targets, [rows, ...head.targetShape]),
          },
          [{}],
        );
        for (const [name, tensor] of Object.entries(result.outputs[0])) {
          const values = await backend.read(tensor);
          sums[name] ??= new Float64Array(values.length);
          values.forEach((value, i) => {
            sums[name][i] += value;
          });
          backend.dispose(tensor);
        }
        disposeAll(backend, own.splice(Object.keys(shared).length));
      }
      program.dispose();
    }
    return sums;
  } finally {
    disposeAll(backend, own);
  }
}
