import type { Builder, Value } from './builder.js';
import type { BoundProgram, NodeOf } from './program.js';
import { rewrite } from './rewrite.js';
import { elementCount, sameShape } from './shapes.js';
import { simplify } from './simplify.js';

/**
 * The same program with matrix products on more than two axes as products of matrices, where this is exact: rows of a shared
 * right operand (`[batch, steps, in] × [in, out]`), and the sum of such products over their leading axes, which is the gradient of
 * the shared operand. The sum is then part of the contraction. Backends are fast at products of matrices. Products of many small
 * matrices, each with a right operand of its own, stay as they are.
 */
export function flattenProducts(program: BoundProgram): BoundProgram {
  let changed = false;
  const flat = rewrite(program, (b, node, operands) => {
    const made =
      node.op === 'matmul'
        ? sharedRight(b, node, operands)
        : node.op === 'reduceSum'
          ? summedProducts(b, node, operands[0])
          : undefined;
    if (made) changed = true;
    return made;
  });
  return changed ? simplify(flat) : program;
}

/** `[…rows, m, k] × [k, n]` as `[rows · m, k] × [k, n]`. */
function sharedRight(b: Builder, node: NodeOf<'matmul'>, [left, right]: readonly Value[]): Value | undefined {
  if (node.transposeA || left.shape.length <= 2 || right.shape.length !== 2) return undefined;
  const product = b.matmul(matrix(b, left), right, { transposeB: node.transposeB });
  return b.reshape(product, node.shape);
}

/** `Σ a_lᵀ c_l` over all leading axes l as one product `aᵀ c`, whose rows are those of all l. */
function summedProducts(b: Builder, node: NodeOf<'reduceSum'>, sum: Value): Value | undefined {
  const product = b.node(sum);
  const leading = sum.shape.length - 2;
  if (product.op !== 'matmul' || !product.transposeA || product.transposeB || leading < 1) return undefined;
  if (node.axes.length !== leading || node.axes.some((axis) => axis >= leading)) return undefined;
  const [left, right] = product.operands.map((id): Value => ({ id, shape: b.node(id).shape }));
  const rows = [left, right].map(({ shape }) => shape.slice(0, -1));
  if (left.shape.length !== sum.shape.length || !sameShape(rows[0], rows[1])) return undefined;
  return b.reshape(b.matmul(matrix(b, left), matrix(b, right), { transposeA: true }), node.shape);
}

/** All axes but the last in one. */
function matrix(b: Builder, x: Value): Value {
  const columns = x.shape[x.shape.length - 1] as number;
  return b.reshape(x, [elementCount(x.shape as readonly number[]) / columns, columns]);
}
