import { activate, checkActivation } from '../activation.js';
import type { Activation, Layer } from '../layer.js';
import { recurrentLayer } from './recurrentLayer.js';
import { checkRecurrentOptions, type RecurrentOptions, recurrentOptionNames } from './recurrentOptions.js';

/** Options of a simple recurrent layer. */
export interface SimpleRnnOptions extends RecurrentOptions {
  /** Default: `tanh`. */
  readonly activation?: Activation;
}

/**
 * A recurrent layer without gates (Elman 1990): `[batch, steps, in]` → `[batch, units]`, or `[batch, steps, units]` with
 * `returns: 'sequence'`. `hₜ = activation(xₜ W + b + hₜ₋₁ U)`, h₀ = 0. Parts: `input` with W `[in, units]` and b, `recurrent` with
 * U `[units, units]`.
 *
 * A second input says which steps count: a mask `[batch, steps]` of 0 and 1, or the lengths `[batch, 1]` of sequences that are
 * padded at the end. The state stays as it is through other steps. So `last` is the state after the last step that counts.
 *
 * Noise is drawn once for each sequence: for type A one factor for each input and each unit of the state, the same at all steps
 * (Gal & Ghahramani 2016); for weight noise one sample of the weights (Fortunato, Blundell & Vinyals 2017). Under
 * `localReparametrization` weight noise is refused, since noise of pre-activations would be independent from step to step; where
 * no estimator is given it is `flipout`, or `separateSamples` for noise that is not symmetric. Steps are unrolled: see
 * docs/sequences.md for how many.
 *
 * Throws `VARDROP_LAYER` for units that are not a positive integer, other `returns` and other activations, `VARDROP_OPTION` for
 * unknown options, `VARDROP_SHAPE` (when built) for inputs that are not sequences and masks that do not fit them, and
 * `VARDROP_COMBINATION` for noise, estimator and divergence that cannot be combined.
 */
export function simpleRnn(options: SimpleRnnOptions): Layer {
  checkRecurrentOptions('simpleRnn', options, { ...recurrentOptionNames, activation: true });
  const { activation = 'tanh' } = options;
  checkActivation('simpleRnn', activation);
  return recurrentLayer(
    {
      kind: 'simpleRnn',
      gates: 1,
      maps: [{ name: 'recurrent', gates: 1, bias: false }],
      states: 1,
      step: (b, products, [h], { recurrent }) => [activate(b, b.add(products, recurrent(h)), activation)],
    },
    options,
  );
}
