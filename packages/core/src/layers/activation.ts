import { checkChoice } from '../checkChoice.js';
import { VardropError } from '../errors.js';
import type { Builder, Value } from '../program/builder.js';
import type { Activation } from './layer.js';

/** Slope of `leakyRelu` below 0. */
export const leak = 0.01;

const names: readonly Activation[] = [
  'linear',
  'relu',
  'leakyRelu',
  'elu',
  'sigmoid',
  'tanh',
  'softplus',
  'gelu',
  'silu',
];

/** Throws `VARDROP_LAYER` for an unknown activation; softmax is the likelihood's. */
export function checkActivation(who: string, activation: Activation): void {
  const remedy =
    (activation as string) === 'softmax'
      ? 'Leave it out: the outputs are logits, and categorical() applies softmax to them.'
      : undefined;
  checkChoice('VARDROP_LAYER', `[${who}] activation`, activation, names, remedy);
}

/** Applies an activation; throws `VARDROP_LAYER` for an unknown one. `elu` has α = 1; `gelu` is the tanh form; `silu` is x sigmoid(x). */
export function activate(b: Builder, x: Value, activation: Activation): Value {
  switch (activation) {
    case 'linear':
      return x;
    case 'relu': {
      // The derivative is a factor of 0 or 1. A product with it is cheaper than a select operation on backends that do not
      // fuse.
      const y = b.max(x, 0);
      return b.withDerivative(y, [[x, b.selectGreater(y, 0, 1, 0)]]);
    }
    case 'leakyRelu':
      return b.selectGreater(x, 0, x, b.mul(leak, x));
    case 'elu':
      // exp of the negative part only, so that the unused branch does not overflow. Ties of min go to x, so the derivative at 0
      // is e⁰ = 1, as from both sides.
      return b.selectGreater(x, 0, x, b.sub(b.exp(b.min(0, x)), 1));
    case 'sigmoid':
      return b.sigmoid(x);
    case 'tanh':
      return b.tanh(x);
    case 'softplus':
      return b.softplus(x);
    case 'gelu': {
      // Hendrycks & Gimpel 2016.
      const inner = b.mul(Math.sqrt(2 / Math.PI), b.add(x, b.mul(0.044715, b.mul(x, b.square(x)))));
      return b.mul(b.mul(0.5, x), b.add(1, b.tanh(inner)));
    }
    case 'silu':
      return b.mul(x, b.sigmoid(x));
    default: {
      const unknown: never = activation;
      throw new VardropError(
        'VARDROP_LAYER',
        `[activation] got '${String(unknown)}', needs one of ${names.join(', ')}.`,
      );
    }
  }
}
