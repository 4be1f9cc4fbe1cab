import { type BoundNode, type ContractionKernel, type ElementwiseKernel, numberOf } from '@vardrop/core/program';

/**
 * Splits a kernel of contractions: a kernel for each contraction, and one over elements for the epilogue, if it has
 * one.
 */
export function withoutEpilogue(
  nodes: readonly BoundNode[],
  kernel: ContractionKernel,
): { readonly contractions: readonly ContractionKernel[]; readonly rest?: ElementwiseKernel } {
  const { shape, contractions, epilogue, prologue, shared, outputs } = kernel;
  const ascending = (ids: readonly number[]) => [...new Set(ids)].sort((a, b) => a - b);
  const alone = contractions.map((id): ContractionKernel => {
    const read = nodes[id].operands.map((operand, side) => (side === shared?.side ? shared.node : operand));
    return {
      ...kernel,
      nodes: [...prologue, id],
      inputs: ascending(read),
      outputs: [id],
      contractions: [id],
      epilogue: [],
    };
  });
  if (epilogue.length === 0) return { contractions: alone };
  const read = epilogue.flatMap((id) => nodes[id].operands).filter((id) => numberOf(nodes[id]) === undefined);
  const inputs = ascending(read.filter((id) => !epilogue.includes(id)));
  return { contractions: alone, rest: { kind: 'elementwise', shape, nodes: epilogue, inputs, outputs, epilogue } };
}
