import type { NodeOf } from '@vardrop/core/program';
import type { ValueName } from '../model/graph.js';
import type { Emission } from './emission.js';

/**
 * A matrix product. Gemm reads transposed matrices at little or no cost, except for a left one in the native runtime,
 * where a Transpose before it costs less (`transposeLeft`). Stacks of matrices have only MatMul. The transpose of a
 * square is written as the square of the transpose, which is most often needed anyway, so that there is one Transpose.
 */
export function matmul({ transposeA, transposeB }: NodeOf<'matmul'>, emission: Emission): ValueName {
  const { graph, operands, roots, shapes, name, style } = emission;
  const matrices = shapes.operands.every((shape) => shape.length === 2);
  const transposed = (index: 0 | 1) => {
    const axes = shapes.operands[index].map((_, axis) => axis);
    axes.push(...axes.splice(-2).reverse());
    const source = roots?.[index] ?? operands[index];
    const value = graph.node('Transpose', [source], `${name}/transposed`, { perm: axes });
    return source === operands[index] ? value : graph.node('Mul', [value, value], `${name}/squared`);
  };
  const left = transposeA && (style?.transposeLeft || !matrices) ? transposed(0) : operands[0];
  const right = transposeB && !matrices ? transposed(1) : operands[1];
  const flags = {
    transA: Number(left === operands[0] && transposeA),
    transB: Number(right === operands[1] && transposeB),
  };
  return flags.transA + flags.transB > 0
    ? graph.node('Gemm', [left, right], name, flags)
    : graph.node('MatMul', [left, right], name);
}
