import type { BoundNode, ContractionKernel, NodeId } from '@vardrop/core/program';
import { printElementwise } from './elementwise.js';
import type { Writer } from './writer.js';

/** The operand that all products of one turn read at the same place, so that its values are read once. */
export interface Common {
  readonly side: 0 | 1;
  /** Names of the values read so far. */
  readonly names: Map<NodeId, string>;
}

/**
 * Prints one product of each contraction of a kernel.
 *
 * @param indexOf where a contraction reads its left (0) or right operand (1)
 */
export function printProducts(
  writer: Writer,
  nodes: readonly BoundNode[],
  { contractions, shared, prologue }: ContractionKernel,
  indexOf: (contraction: NodeId, side: 0 | 1) => string,
  common?: Common,
): string[] {
  const once = (side: 0 | 1) => (common?.side === side ? common.names : undefined);
  const own = (shared && once(shared.side)) ?? new Map<NodeId, string>();
  if (shared && !own.has(shared.node)) {
    const root = writer.define(writer.read(shared.node, indexOf(contractions[0], shared.side)));
    own.set(shared.node, root);
    for (const [id, name] of printElementwise(writer, nodes, prologue, () => root, '0')) own.set(id, name);
  }
  return contractions.map((id) => {
    const [a, b] = nodes[id].operands.map((operand, at) => {
      const side = at as 0 | 1;
      const names = side === shared?.side ? own : once(side);
      const known = names?.get(operand);
      if (known !== undefined) return known;
      const value = writer.read(operand, indexOf(id, side));
      if (!names) return value;
      const name = writer.define(value);
      names.set(operand, name);
      return name;
    });
    return `${a} * ${b}`;
  });
}
