import type { CompiledProgram } from '../backend/compileProgram.js';
import type { Tensor, Tensors } from '../backend/contract.js';
import { disposeAll } from '../backend/disposeAll.js';
import { headsOf, targetName } from '../likelihoods/heads.js';
import { elementCount } from '../program/shapes.js';
import type { Minibatch } from './minibatch.js';
import type { StepResult } from './step.js';
import type { StepParts } from './stepRunner.js';

/** Uploads what a run reads, and reads what it gives. */
export function createStepRuns({ model, backend }: Pick<StepParts, 'model' | 'backend'>) {
  const heads = headsOf('training', model);
  const free = (tensors: Tensors) => disposeAll(backend, Object.values(tensors));

  /**
   * Uploads `count` rows from `row` on, their scales for the whole minibatch, and scalars, and frees them once `use` has settled.
   */
  async function withInputs<Result>(
    minibatch: Minibatch,
    [row, count]: readonly [number, number],
    scalars: Readonly<Record<string, number>>,
    use: (inputs: Tensors) => Promise<Result>,
  ): Promise<Result> {
    const inputs: Record<string, Tensor> = {};
    const rows = (data: Float32Array, shape: readonly number[]) => {
      const width = elementCount(shape);
      return backend.upload(data.subarray(row * width, (row + count) * width), [count, ...shape]);
    };
    try {
      for (const { name, shape } of model.inputs) inputs[name] = rows(minibatch.inputs[name], shape);
      for (const head of heads) inputs[targetName(head)] = rows(minibatch.targets[head.output.name], head.targetShape);
      const scale = 1 / minibatch.rows;
      const scales = minibatch.weights?.map((weight) => weight * scale) ?? new Float32Array(minibatch.rows).fill(scale);
      inputs.rowScale = rows(scales, []);
      for (const [name, value] of Object.entries(scalars)) inputs[name] = backend.upload(Float32Array.of(value), []);
      return await use(inputs);
    } finally {
      free(inputs);
    }
  }

  /** Reads the results of a run, after `meanwhile`. If the loss is not finite, or something fails, the run's carried values are freed. */
  async function resultOf(
    { carried, outputs: [output] }: ReturnType<CompiledProgram['run']>,
    failed: (result: StepResult) => Promise<Error>,
    meanwhile: () => void = () => undefined,
  ): Promise<StepResult> {
    try {
      meanwhile();
      const [loss, dataTerm, kl] = await Promise.all(
        ['loss', 'dataTerm', 'kl'].map(async (name) => (await backend.read(output[name]))[0]),
      );
      if (!Number.isFinite(loss)) throw await failed({ loss, dataTerm, kl });
      return { loss, dataTerm, kl };
    } catch (error) {
      free(carried);
      throw error;
    } finally {
      free(output);
    }
  }

  return { free, withInputs, resultOf };
}
