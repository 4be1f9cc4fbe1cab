import { initialState, type Model, type Optimizer, type TrainingState } from '@vardrop/core';

/**
 * An initial state with the weights and biases of `plain` under the same seed. So networks that differ only in their noise
 * start from the same weights, whatever parameters their noise has.
 */
export function pairedStart(model: Model, plain: Model, optimizer: Optimizer, seed: number): TrainingState {
  const own = initialState(model, optimizer, seed);
  const { parameters } = initialState(plain, optimizer, seed);
  return { ...own, parameters: { ...own.parameters, ...parameters } };
}
