import { VardropError } from '../errors.js';
import type { Builder, Value } from './builder.js';
import { derivative } from './derivatives.js';
import { addPieces, type GradientPiece, gradientPiece } from './gradientPieces.js';
import type { NodeId } from './program.js';
import { formatShape } from './shapes.js';

/**
 * Reverse-mode differentiation from program to program. Adds to `builder` the nodes that compute the derivative of the
 * scalar `loss` with respect to each of `wrt`, and returns them in that order, with the shapes of `wrt`. The gradient
 * is 0 for a value that `loss` does not depend on.
 *
 * Where a derivative does not exist, a value is chosen: `relu'(0) = abs'(0) = √'(0) = 0` (so that a layer with zero
 * variance has finite gradients). In ties of `max(a, b)` and `min(a, b)` the gradient goes to b. In ties of a
 * max-reduction it is shared equally. In a pooling window the first maximum gets all of it.
 *
 * Throws `VARDROP_NOT_SCALAR` if `loss` is not a scalar, and `VARDROP_NOT_DIFFERENTIABLE` if a path from `wrt` to
 * `loss` contains a max-pooling gradient or `trigamma`.
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
  const add = (id: NodeId, contribution: Value) => {
    const sum = adjoints.get(id);
    adjoints.set(id, sum === undefined ? contribution : builder.add(sum, contribution));
  };
  // What slices of a value give to its gradient. It is put together when the loop reaches the value.
  const pieces = new Map<NodeId, GradientPiece[]>();
  // Nodes are in topological order. When the loop reaches a node, all its users have added to its adjoint.
  for (let id = loss.id; id >= 0; id--) {
    const node = builder.node(id);
    const cut = pieces.get(id);
    if (cut) add(id, addPieces(builder, cut, node.shape));
    const dy = adjoints.get(id);
    if (dy === undefined || !depends.has(id)) continue;
    const piece = gradientPiece(builder, node, dy);
    if (piece) {
      const [operand] = node.operands;
      const earlier = pieces.get(operand);
      if (earlier) earlier.push(piece);
      else pieces.set(operand, [piece]);
      continue;
    }
    for (const [operand, contribution] of derivative(builder, node, id, dy, (operand) => depends.has(operand)))
      add(operand, contribution);
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
    // Only the derivative reads the partials of withDerivative, so no gradient flows through them.
    const operands = node.op === 'withDerivative' ? node.operands.filter((_, i) => i % 2 === 1) : node.operands;
    if (operands.some((operand) => result.has(operand))) result.add(id);
  }
  return result;
}
