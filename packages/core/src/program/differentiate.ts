import { VardropError } from '../errors.js';
import type { Builder, Value } from './builder.js';
import { derivative } from './derivatives.js';
import type { NodeId } from './program.js';
import { formatShape } from './shapes.js';

/**
 * Reverse-mode differentiation, program to program: adds to `builder` the nodes that compute the derivative of the
 * scalar `loss` in each of `wrt`, and returns them in that order, with the shapes of `wrt`. A value that `loss` does
 * not depend on has the gradient 0.
 *
 * Where a derivative does not exist, one is fixed: `relu'(0) = abs'(0) = √'(0) = 0` (so that a layer with zero
 * variance has finite gradients), ties of `max(a, b)` and `min(a, b)` go to b, ties of a max-reduction share equally,
 * a pooling window's first maximum takes all.
 *
 * Throws `VARDROP_NOT_SCALAR` if `loss` is not a scalar and `VARDROP_NOT_DIFFERENTIABLE` for a max-pooling gradient.
 */
export function gradients(builder: Builder, loss: Value, wrt: readonly Value[]): Value[] {
  if (loss.shape.length !== 0) {
    throw new VardropError(
      'VARDROP_NOT_SCALAR',
      `[differentiate] loss: got shape ${formatShape(loss.shape)}, needs a scalar []. Sum it first.`,
    );
  }
  const depends = dependents(builder, loss.id, wrt);
  const adjoints = new Map<NodeId, Value>();
  adjoints.set(loss.id, builder.constant(1));
  // Nodes are in topological order, so by the time a node is reached all that use it have added to its adjoint.
  for (let id = loss.id; id >= 0; id--) {
    const dy = adjoints.get(id);
    if (dy === undefined || !depends.has(id)) continue;
    const node = builder.node(id);
    for (const [operand, contribution] of derivative(builder, node, id, dy, (operand) => depends.has(operand))) {
      const sum = adjoints.get(operand);
      adjoints.set(operand, sum === undefined ? contribution : builder.add(sum, contribution));
    }
  }
  return wrt.map((value) => {
    const adjoint = adjoints.get(value.id);
    return adjoint && depends.has(value.id)
      ? builder.broadcast(adjoint, value.shape)
      : builder.constant(0, value.shape);
  });
}

/** The nodes up to `last` whose value depends on one of `wrt`. */
function dependents(builder: Builder, last: NodeId, wrt: readonly Value[]): Set<NodeId> {
  const result = new Set(wrt.map((value) => value.id));
  for (let id = 0; id <= last; id++) {
    const node = builder.node(id);
    // The partials of withDerivative are only read by the derivative, so no gradient flows through them.
    const operands = node.op === 'withDerivative' ? node.operands.filter((_, i) => i % 2 === 1) : node.operands;
    if (operands.some((operand) => result.has(operand))) result.add(id);
  }
  return result;
}
