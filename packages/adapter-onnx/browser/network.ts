import {
  adam,
  type Backend,
  categorical,
  conv2d,
  createTrainer,
  dense,
  flatten,
  initialState,
  type Layer,
  logUniformSigmoid,
  maxPooling2d,
  sequential,
  sparseVariational,
} from '@vardrop/core';

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

/** A small network for images, with noise in every weight, in training on one minibatch. */
export function trainSmallNetwork(backend: Backend, kind: keyof typeof networks) {
  const model = sequential({
    input: [side, side, 1],
    noise: sparseVariational(),
    divergence: logUniformSigmoid(),
    layers: networks[kind],
  });
  const likelihood = categorical();
  const optimizer = adam();
  const state = initialState(model, likelihood, optimizer, 1);
  const trainer = createTrainer(model, { backend, likelihood, optimizer, state });
  const x = Float32Array.from({ length: rows * side * side }, (_, i) => Math.sin(i * i + 1));
  const y = Float32Array.from({ length: rows * classes }, (_, i) =>
    Number(Math.floor(i / classes) % classes === i % classes),
  );
  return {
    /** One step of Adam; the loss in nats per datapoint. */
    step: async () => (await trainer.run({ x, y, rows }, { learningRate: 0.01, klScale: 1e-3 })).loss,
    trainer,
  };
}
