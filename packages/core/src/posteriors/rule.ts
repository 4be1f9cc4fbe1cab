import type { Model } from '../layers/model/model.js';
import type { Moments } from '../layers/moments.js';
import type { Builder, Value } from '../program/builder.js';
import type { Shape } from '../program/program.js';
import type { ParameterPosterior } from './posterior.js';

export type Settings = ParameterPosterior['settings'];

/** What a draw is made of. */
export interface PosteriorDraw {
  readonly settings: Settings;
  /** The model's tensors by full name, as the network has them. */
  readonly values: Readonly<Record<string, Value>>;
  /** Those of the posterior, by the names that `tensors` gives. */
  readonly tensors: Readonly<Record<string, Value>>;
  /** The number of the sample, from 0: a scalar. */
  readonly number: Value;
  /** Standard normal numbers, which all rows share. The same name gives the same numbers. */
  normal(name: string, shape: Shape): Value;
}

/** What one kind of posterior does. */
export interface PosteriorRule {
  /** The tensors that it needs, for a model. Throws `VARDROP_POSTERIOR` for settings that do not fit. */
  tensors(model: Model, settings: Settings): readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** The tensors of the model that a sample has instead of the network's own, by full name. */
  draw(b: Builder, draw: PosteriorDraw): Readonly<Record<string, Value>>;
  /**
   * The variance that it gives the outputs of one layer, for inputs with mean and variance, in closed form; absent where there is none.
   */
  readonly spread?: {
    /** The name of the layer. */
    layer(settings: Settings): string;
    /** `[batch, units]`, of inputs `[batch, in]` of a layer with a bias or without. */
    variance(b: Builder, about: Pick<PosteriorDraw, 'settings' | 'tensors'>, inputs: Moments, bias: boolean): Value;
  };
  /** How many samples make one round, in which each has its turn. Default: 1. */
  period?(settings: Settings): number;
  /** Whether the network's own tensors are its mean, which mode `mean` predicts with. */
  readonly centred: boolean;
}
