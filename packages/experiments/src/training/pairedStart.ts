import { categorical, initialState, type Model, type Optimizer, type TrainingState } from '@vardrop/core';

/**
 * Where training starts, with the weights and biases that `plain` has under the same seed: networks that differ in
 * their noise alone then start from the same weights, whatever parameters their noise has between them.
 */
export function pairedStart(model: Model, plain: Model, optimizer: Optimizer, seed: number): TrainingState {
  const own = initialState(model, categorical(), optimizer, seed);
  const { parameters } = initialState(plain, categorical(), optimizer, seed);
  return { ...own, parameters: { ...own.parameters, ...parameters } };
}
