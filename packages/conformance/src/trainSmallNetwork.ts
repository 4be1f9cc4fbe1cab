import {
  adam,
  type Backend,
  conv2d,
  dense,
  flatten,
  initialState,
  type Layer,
  logUniformSigmoid,
  maxPooling2d,
  sequential,
  sparseVariational,
} from '@vardrop/core';
import { createTrainer, type Trainer } from '@vardrop/core/extend';

const rows = 12;
const side = 6;
const classes = 3;

const networks: Readonly<Record<'dense' | 'convolutional', readonly Layer[]>> = {
  dense: [flatten(), dense({ units: 8, activation: 'relu' }), dense({ units: classes })],
  convolutional: [
    conv2d({ filters: 3, size: 3, padding: 'same', activation: 'relu' }),
    maxPooling2d({ size: 2 }),
    flatten(),
    dense({ units: 8, activation: 'tanh' }),
    dense({ units: classes }),
  ],
};

/** A network that trains on one minibatch, which is always the same. */
export interface SmallTraining {
  /** Runs one step of Adam. Returns the loss in nats per datapoint. */
  step(): Promise<number>;
  /** The trainer. The caller disposes of it. */
  readonly trainer: Trainer;
}

/**
 * A small network for images, with noise in every weight. Tests use it to count what a backend holds and copies from
 * step to step, and to compare two ways of running it.
 */
export function trainSmallNetwork(backend: Backend, kind: keyof typeof networks): SmallTraining {
  const model = sequential({
    input: [side, side, 1],
    noise: sparseVariational(),
    divergence: logUniformSigmoid(),
    layers: networks[kind],
  });
  const optimizer = adam({ learningRate: 0.01 });
  const state = initialState(model, optimizer, 1);
  const trainer = createTrainer(model, { backend, optimizer, state });
  const x = Float32Array.from({ length: rows * side * side }, (_, i) => Math.sin(i * i + 1));
  const y = Float32Array.from({ length: rows * classes }, (_, i) =>
    Number(Math.floor(i / classes) % classes === i % classes),
  );
  const minibatch = { rows, inputs: { x }, targets: { output: y } };
  return {
    step: async () => (await trainer.run(minibatch, { learningRateFactor: 1, klScale: 1e-3 })).loss,
    trainer,
  };
}
