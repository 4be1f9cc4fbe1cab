import { type Dataset, errorRate, type Likelihood, type Model, predict, type TensorMap } from '@vardrop/core';
import type { TrialContext } from '../experiment.js';

/**
 * Percentage of wrong labels, predicted with the weights' means, which is how networks trained with dropout are usually
 * tested. Throws what `predict` throws, and the signal's reason when that aborts.
 */
export async function testError(
  model: Model<Likelihood<'labels'>>,
  { backend, signal }: Pick<TrialContext, 'backend' | 'signal'>,
  parameters: TensorMap,
  test: Dataset,
): Promise<number> {
  const prediction = await predict(model, { backend, signal, parameters, inputs: test.inputs, mode: 'mean' });
  return 100 * errorRate(prediction.labels, test.targets);
}
