import type { GraphBuilder, ValueName } from '../model/graph.js';

/**
 * Exclusive or of two uint32 tensors: scalars and lists, which broadcast.
 *
 * Before opset 18, ONNX has no such operator for integers. The lowest bit of the sum of two numbers is 1 if their
 * lowest bits differ. So the numbers are shifted by 0 to 31, one row for each shift, the lowest bits of the sums are
 * isolated, and a product of integer matrices adds these up with their weights.
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
