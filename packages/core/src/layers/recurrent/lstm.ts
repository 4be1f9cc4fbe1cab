import { checkBoolean } from '../../checkBoolean.js';
import type { Layer } from '../layer.js';
import { recurrentLayer } from './recurrentLayer.js';
import { checkRecurrentOptions, type RecurrentOptions, recurrentOptionNames } from './recurrentOptions.js';

/** Options of an LSTM. */
export interface LstmOptions extends RecurrentOptions {
  /**
   * Whether the bias of the forget gate starts at 1, so that the state is kept at first (Jozefowicz, Zaremba & Sutskever 2015).
   * Otherwise it starts at 0. Default: true.
   */
  readonly unitForgetBias?: boolean;
}

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997; with the forget gate of Gers, Schmidhuber & Cummins 2000): `[batch,
 * steps, in]` → `[batch, units]`, or `[batch, steps, units]` with `returns: 'sequence'`. With `p = xₜ W + b + hₜ₋₁ U`, whose
 * columns are in the order i, f, g, o, as in Keras and PyTorch,
 * `cₜ = sigmoid(f) cₜ₋₁ + sigmoid(i) tanh(g)`, `hₜ = sigmoid(o) tanh(cₜ)`, h₀ = c₀ = 0.
 * Parts: `input` with W `[in, 4 · units]` and b, `recurrent` with U `[units, 4 · units]`.
 *
 * Steps that count, noise and what it throws: as `simpleRnn`; the cell's state has no noise of its own.
 */
export function lstm(options: LstmOptions): Layer {
  checkRecurrentOptions('lstm', options, { ...recurrentOptionNames, unitForgetBias: true });
  const { unitForgetBias = true } = options;
  checkBoolean('[lstm] unitForgetBias', unitForgetBias);
  return recurrentLayer(
    {
      kind: 'lstm',
      gates: 4,
      maps: [{ name: 'recurrent', gates: 4, bias: false }],
      states: 2,
      gateBiases: [0, unitForgetBias ? 1 : 0, 0, 0],
      step(b, products, [h, c], { recurrent }, take) {
        const all = b.add(products, recurrent(h));
        const write = b.mul(b.sigmoid(take(all, 0)), b.tanh(take(all, 2)));
        const next = b.add(b.mul(b.sigmoid(take(all, 1)), c), write);
        return [b.mul(b.sigmoid(take(all, 3)), b.tanh(next)), next];
      },
    },
    options,
  );
}
