import {
  adam,
  type Backend,
  categorical,
  conv2d,
  createTrainer,
  dense,
  flatten,
  initialState,
  local,
  logUniformSigmoid,
  maxPooling2d,
  sequential,
  sparseVariational,
} from '@vardrop/core';

/** Trains a small network with noise; gives a function that does one more step and says what the loss was. */
export function trainer(backend: Backend) {
  const model = sequential({
    input: [6, 6, 1],
    layers: [
      conv2d({ filters: 3, size: 3, activation: 'relu' }),
      maxPooling2d({ size: 2 }),
      flatten(),
      dense({ units: 5 }),
    ],
    noise: sparseVariational(),
    estimator: local(),
    divergence: logUniformSigmoid(),
  });
  const parts = { likelihood: categorical(), optimizer: adam() };
  const state = initialState(model, parts.likelihood, parts.optimizer, 1);
  const made = createTrainer(model, { backend, ...parts, state });
  const x = Float32Array.from({ length: 4 * 36 }, (_, i) => Math.sin(i));
  const y = Float32Array.from({ length: 4 * 5 }, (_, i) => (i % 5 === 0 ? 1 : 0));
  return {
    step: async () => (await made.run({ rows: 4, x, y }, { learningRate: 0.01, klScale: 0.01 })).loss,
    dispose: () => made.dispose(),
  };
}
