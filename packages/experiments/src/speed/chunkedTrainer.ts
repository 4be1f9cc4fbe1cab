import { type Backend, initialState, type Likelihood, type Model, type Optimizer } from '@vardrop/core';
import { type CompiledProgram, compileProgram, type Tensor, type Tensors } from '@vardrop/core/backend';
import {
  gradientName,
  gradientProgram,
  keyNames,
  type Minibatch,
  noiseKeys,
  type StepScales,
  updateProgram,
} from '@vardrop/core/extend';
import { elementCount } from '@vardrop/core/program';

/** Training whose minibatches are computed in chunks of rows, for estimators that need a weight sample per datapoint. */
export interface ChunkedTrainer {
  /** Parameters on the backend. The trainer owns them; they are valid until the next update. */
  readonly parameters: Tensors;
  /**
   * Adds the gradients of rows `row` to `row + chunk` of a minibatch to the sum, those of the KL with the first rows, and returns
   * their part of the loss.
   */
  accumulate(minibatch: Minibatch, row: number, scales: StepScales): Promise<number>;
  /** Updates the parameters with the summed gradients, and resets the sum. */
  update(scales: StepScales): Promise<void>;
  dispose(): void;
}

/**
 * Starts training with chunks of `chunk` rows. A step over all chunks of a minibatch is that of `createTrainer` with the same
 * seed, up to rounding: gradients of a sum are sums, and noise depends on the row, not on the chunk. Only for likelihoods
 * without parameters.
 */
export async function createChunkedTrainer(
  model: Model<Likelihood>,
  options: {
    readonly backend: Backend;
    readonly optimizer: Optimizer;
    readonly seed: number;
    readonly chunk: number;
  },
): Promise<ChunkedTrainer> {
  const { backend, optimizer, seed, chunk } = options;
  const source = gradientProgram(model);
  const keys = keyNames(source);
  const programs: CompiledProgram[] = [];
  const disposeAll = (tensors: Tensors) => {
    for (const tensor of Object.values(tensors)) backend.dispose(tensor);
  };
  programs.push(await compileProgram(backend, source, { batch: chunk }));
  programs.push(await compileProgram(backend, updateProgram(model, optimizer)));
  const [accumulation, updating] = programs;

  const initial = initialState(model, optimizer, seed);
  const tensors = { ...initial.parameters, ...initial.optimizer.slots };
  let state: Tensors = Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [name, backend.upload(data, shape)]),
  );
  const zeros = (): Tensors =>
    Object.fromEntries(
      model.parameters.map(({ name, shape }) => [
        gradientName(name),
        backend.upload(new Float32Array(elementCount(shape)), shape),
      ]),
    );
  let sums = zeros();
  let step = 0;
  const scalar = (value: number): Tensor => backend.upload(Float32Array.of(value), []);

  return {
    get parameters() {
      return Object.fromEntries(model.parameters.map(({ name }) => [name, state[name]]));
    },
    async accumulate({ rows, inputs: { x }, targets: { output: y } }, row, { klScale }) {
      const inputs: Record<string, Tensor> = {};
      const cut = (values: Float32Array, shape: readonly number[]) => {
        const width = elementCount(shape);
        return backend.upload(values.subarray(row * width, (row + chunk) * width), [chunk, ...shape]);
      };
      try {
        inputs.x = cut(x, model.inputShape);
        inputs.y = cut(y, model.outputShape);
        inputs.rowScale = backend.upload(new Float32Array(chunk).fill(1 / rows), [chunk]);
        inputs.klScale = scalar(row === 0 ? klScale : 0);
        const iteration = { inputs, keys: noiseKeys(keys, seed, 'training', step, row) };
        const { carried, outputs } = accumulation.run({ ...state, ...sums }, [iteration]);
        disposeAll(sums);
        sums = carried;
        const [loss] = await backend.read(outputs[0].loss);
        disposeAll(outputs[0]);
        return loss;
      } finally {
        disposeAll(inputs);
      }
    },
    async update({ learningRateFactor }) {
      const inputs: Record<string, Tensor> = {};
      try {
        const scalars = optimizer.scalars(step + 1, learningRateFactor);
        for (const [name, value] of Object.entries(scalars)) inputs[name] = scalar(value);
        const { carried } = updating.run({ ...state, ...sums }, [{ inputs }]);
        disposeAll(state);
        disposeAll(sums);
        state = carried;
        sums = zeros();
        step++;
        // Waits for the device: a bias is small.
        await backend.read(state[model.parameters[model.parameters.length - 1].name]);
      } finally {
        disposeAll(inputs);
      }
    },
    dispose() {
      disposeAll(state);
      disposeAll(sums);
      for (const program of programs) program.dispose();
    },
  };
}
