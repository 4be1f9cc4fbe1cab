import type { ContractionKernel, ElementwiseKernel, Node } from '@vardrop/core';

/** A kernel of one contraction as two: the contraction alone, and a loop over elements that does the rest. */
export function withoutEpilogue(
  nodes: readonly Node[],
  { shape, contractions, epilogue, outputs }: ContractionKernel,
): readonly [ContractionKernel, ElementwiseKernel] {
  const isNumber = (node: Node) => node.op === 'constant' && typeof node.value === 'number';
  const read = epilogue.flatMap((id) => nodes[id].operands).filter((id) => !isNumber(nodes[id]));
  const ascending = (ids: readonly number[]) => [...new Set(ids)].sort((a, b) => a - b);
  return [
    {
      kind: 'contraction',
      shape,
      nodes: contractions,
      inputs: ascending(contractions.flatMap((id) => nodes[id].operands)),
      outputs: contractions,
      contractions,
      prologue: [],
      epilogue: [],
    },
    {
      kind: 'elementwise',
      shape,
      nodes: epilogue,
      inputs: ascending(read.filter((id) => !epilogue.includes(id))),
      outputs,
      epilogue,
    },
  ];
}
