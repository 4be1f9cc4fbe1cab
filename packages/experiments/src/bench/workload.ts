import {
  adam,
  categorical,
  dense,
  initialState,
  type Likelihood,
  localReparametrization,
  logUniformSigmoid,
  type Model,
  type Optimizer,
  sequential,
  sparseVariational,
  type TrainingState,
} from '@vardrop/core';
import type { Minibatch } from '@vardrop/core/extend';

/**
 * A network and a minibatch to time: a classifier of dense layers with biases, ReLU and softmax, trained by Adam. With noise
 * each weight has a mean θ and a log σ² (sparse variational dropout, additive), sampled by local reparametrization, with
 * the sigmoid approximation of the KL divergence.
 */
export interface Workload {
  readonly name: string;
  /** Units from the inputs to the classes. */
  readonly widths: readonly number[];
  /** Rows of a minibatch. */
  readonly batch: number;
}

/** The workload that training steps are compared on: 9.2 GFLOP in contractions with noise. */
export const workloadW: Workload = { name: 'W', widths: [784, 500, 500, 500, 10], batch: 1000 };

/** Adam's step size, and the number of datapoints N that divides the KL. */
export const workloadScales = { learningRate: 0.001, trainingSize: 60000 } as const;

/** The model of a workload, its optimizer and first state, always the same. */
export function createWorkload(
  { widths }: Workload,
  noise: boolean,
): { model: Model<Likelihood<'labels'>>; optimizer: Optimizer; state: TrainingState } {
  const outputs = widths.slice(1);
  const model = sequential({
    input: [widths[0]],
    likelihood: categorical(),
    layers: outputs.map((units, i) => dense({ units, activation: i + 1 < outputs.length ? 'relu' : 'linear' })),
    ...(noise
      ? { noise: sparseVariational(), estimator: localReparametrization(), divergence: logUniformSigmoid() }
      : {}),
  });
  const optimizer = adam({ learningRate: workloadScales.learningRate });
  return { model, optimizer, state: initialState(model, optimizer, 1) };
}

/** Images (a fifth of the pixels lit) `[batch, inputs]` and one-hot labels `[batch, classes]`, always the same. */
export function createMinibatch({ widths, batch }: Workload): Minibatch {
  const random = createRandom();
  const classes = widths[widths.length - 1];
  const x = Float32Array.from({ length: batch * widths[0] }, () => (random() < 0.2 ? random() : 0));
  const y = new Float32Array(batch * classes);
  for (let row = 0; row < batch; row++) y[row * classes + Math.floor(random() * classes)] = 1;
  return { rows: batch, inputs: { x }, targets: { output: y } };
}

/** A reproducible stream of numbers in [0, 1) with period 2³², good enough for the data of a benchmark. */
export function createRandom(seed = 7): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
