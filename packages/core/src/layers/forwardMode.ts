import type { Draw, LayerParameters } from '../noise/noiseModel.js';
import type { Value } from '../program/builder.js';

/** How a forward pass is done. */
export interface ForwardMode {
  /**
   * Draws noise. The same name gives the same noise within one call of the layer. Undefined: the weights' means, and no noise.
   */
  readonly draw?: Draw;
  /** Whether this is a step of training, which uses the statistics of the batch. Otherwise the running ones are used. */
  readonly training: boolean;
  /** The carried values of the layer, by their names within it. */
  readonly carried: LayerParameters;
  /** Sets the next value of a carried value. Has an effect in training only. */
  carry(name: string, next: Value): void;
}
