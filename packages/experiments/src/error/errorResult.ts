import { exactly, list, number, type Pattern, record } from '../resultPatterns.js';
import type { DropoutName } from './dropoutModels.js';

/** The result of one training. */
export type ErrorResult = {
  readonly model: DropoutName;
  readonly width: number;
  readonly seed: number;
  /** Wrong labels among the test data, in percent. */
  readonly error: number;
  /**
   * Mean of −log p over the last epoch's training data, under noise, in nats. It distinguishes underfitting from overfitting.
   */
  readonly dataTerm: number;
  /** Mean α of each layer, input side first; empty where none is learned. */
  readonly alphas: readonly number[];
};

/** What the results of a training match. */
export function errorPattern({ model, width, seed }: Pick<ErrorResult, 'model' | 'width' | 'seed'>): Pattern {
  return record({
    model: exactly(model),
    width: exactly(width),
    seed: exactly(seed),
    error: number(0, 100),
    dataTerm: number(),
    alphas: list(number(0)),
  });
}
