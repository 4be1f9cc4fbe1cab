import { checkBoolean } from '../../checkBoolean.js';
import type { Layer } from '../layer.js';
import { type RecurrentCell, recurrentLayer } from './recurrentLayer.js';
import { checkRecurrentOptions, type RecurrentOptions, recurrentOptionNames } from './recurrentOptions.js';

/** Options of a GRU. */
export interface GruOptions extends RecurrentOptions {
  /** Whether the reset gate acts after the product with U, as in PyTorch and cuDNN, or before it. Default: true. */
  readonly resetAfter?: boolean;
}

/**
 * A gated recurrent unit (Cho et al. 2014): `[batch, steps, in]` → `[batch, units]`, or `[batch, steps, units]` with
 * `returns: 'sequence'`. Columns are in the order z, r, n, as in Keras (PyTorch has r, z, n). With z and r the sigmoids of
 * `xₜ W + b + hₜ₋₁ U + d` of their columns, `hₜ = z hₜ₋₁ + (1 − z) n`, h₀ = 0, and
 * - `n = tanh(xₜ Wₙ + bₙ + r (hₜ₋₁ Uₙ + dₙ))` with `resetAfter`, as PyTorch and cuDNN have it. Parts: `input` with W
 *   `[in, 3 · units]` and b, `recurrent` with U `[units, 3 · units]` and d.
 * - `n = tanh(xₜ Wₙ + bₙ + (r hₜ₋₁) Uₙ)` without it, as in the paper's first version. Parts: `input` as above, `recurrent` with U
 *   `[units, 2 · units]` of z and r, `candidate` with Uₙ `[units, units]`; d = 0.
 *
 * Steps that count, noise and what it throws: as `simpleRnn`.
 */
export function gru(options: GruOptions): Layer {
  checkRecurrentOptions('gru', options, { ...recurrentOptionNames, resetAfter: true });
  const { resetAfter = true } = options;
  checkBoolean('[gru] resetAfter', resetAfter);
  return recurrentLayer(resetAfter ? afterProduct : beforeProduct, options);
}

const afterProduct: RecurrentCell = {
  kind: 'gru',
  gates: 3,
  maps: [{ name: 'recurrent', gates: 3, bias: true }],
  states: 1,
  step(b, products, [h], { recurrent }, take) {
    const ofState = recurrent(h);
    const gates = b.sigmoid(b.add(take(products, 0, 2), take(ofState, 0, 2)));
    const n = b.tanh(b.add(take(products, 2), b.mul(take(gates, 1), take(ofState, 2))));
    return [b.add(n, b.mul(take(gates, 0), b.sub(h, n)))];
  },
};

const beforeProduct: RecurrentCell = {
  kind: 'gru',
  gates: 3,
  maps: [
    { name: 'recurrent', gates: 2, bias: false },
    { name: 'candidate', gates: 1, bias: false },
  ],
  states: 1,
  step(b, products, [h], { recurrent, candidate }, take) {
    const gates = b.sigmoid(b.add(take(products, 0, 2), recurrent(h)));
    const n = b.tanh(b.add(take(products, 2), candidate(b.mul(take(gates, 1), h))));
    return [b.add(n, b.mul(take(gates, 0), b.sub(h, n)))];
  },
};
