import type { NodeOf } from '@vardrop/core';
import type { ValueName } from '../model/graph.js';
import type { Emission } from './emission.js';

/** A matrix product; matrices with flags go to Gemm, which reads an operand transposed, stacks of them to MatMul. */
export function matmul({ transposeA, transposeB }: NodeOf<'matmul'>, emission: Emission): ValueName {
  const { graph, operands, shapes, name } = emission;
  if (!transposeA && !transposeB) return graph.node('MatMul', operands, name);
  if (shapes.operands.every((shape) => shape.length === 2)) {
    return graph.node('Gemm', operands, name, { transA: Number(transposeA), transB: Number(transposeB) });
  }
  const swapped = operands.map((operand, i) => {
    if (!(i === 0 ? transposeA : transposeB)) return operand;
    const axes = shapes.operands[i].map((_, axis) => axis);
    axes.push(...axes.splice(-2).reverse());
    return graph.node('Transpose', [operand], `${name}/transposed`, { perm: axes });
  });
  return graph.node('MatMul', swapped, name);
}
