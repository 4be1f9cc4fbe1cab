import { VardropError } from '@vardrop/core';
import type { Json } from '../json.js';
import { type DropoutName, dropoutNames } from './dropoutModels.js';

/** What one training came to. */
export type ErrorResult = {
  readonly model: DropoutName;
  readonly width: number;
  readonly seed: number;
  /** Wrong labels among the test data, in percent. */
  readonly error: number;
  /** Mean of −log p over the last epoch's training data, under noise, in nats: tells under- from overfitting. */
  readonly dataTerm: number;
  /** Mean α of each layer, input side first; empty where none is learned. */
  readonly alphas: readonly number[];
};

/** A result that was kept. Throws `VARDROP_EXPERIMENT_RESULT` for something else. */
export function errorResultOf(key: string, json: Json): ErrorResult {
  const result = json as ErrorResult | null;
  const numbers = [result?.width, result?.seed, result?.error, result?.dataTerm, ...(result?.alphas ?? [Number.NaN])];
  if (result && dropoutNames.includes(result.model) && numbers.every((value) => Number.isFinite(value))) return result;
  throw new VardropError(
    'VARDROP_EXPERIMENT_RESULT',
    `[error] result '${key}': got ${JSON.stringify(json)}, needs what this experiment's trials return. Measure again.`,
  );
}
