import type { GraphBuilder, ValueName } from '../model/graph.js';

/**
 * Where the bits of two uint32 tensors differ, for scalars and lists, which broadcast.
 *
 * Before opset 18 there is no such operator for integers. The lowest bit of the sum of two numbers is where their lowest
 * bits differ: so the numbers are shifted by 0 to 31, one row a shift, the lowest bits of the sums isolated, and these
 * added up with their weights by a product of integer matrices.
 */
export function bitwiseXor(graph: GraphBuilder, a: ValueName, b: ValueName, name: string): ValueName {
  if (graph.opset >= 18) return graph.node('BitwiseXor', [a, b], name);
  const positions = graph.words(Array.from({ length: 32 }, (_, bit) => bit));
  const column = graph.node('Unsqueeze', [positions, graph.integers([1])], `${name}/positions`);
  const weights = graph.node('BitShift', [graph.words(1), positions], `${name}/weights`, { direction: 'LEFT' });
  const [aShifted, bShifted] = [a, b].map((x) =>
    graph.node('BitShift', [x, column], `${name}/shifted`, { direction: 'RIGHT' }),
  );
  const sums = graph.node('Add', [aShifted, bShifted], `${name}/sums`);
  const top = graph.node('BitShift', [sums, graph.words(31)], `${name}/top`, { direction: 'LEFT' });
  const bits = graph.node('BitShift', [top, graph.words(31)], `${name}/bits`, { direction: 'RIGHT' });
  return graph.node('MatMul', [weights, bits], name);
}
