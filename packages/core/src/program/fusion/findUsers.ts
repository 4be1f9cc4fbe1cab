import type { NodeId, Program } from '../program.js';

/**
 * For each node, the nodes that read it, in ascending order, each once.
 *
 * @param counts which readers to include; all by default
 */
export function findUsers({ nodes }: Program, counts: (id: NodeId) => boolean = () => true): NodeId[][] {
  const users: NodeId[][] = nodes.map(() => []);
  nodes.forEach((node, id) => {
    if (counts(id)) for (const operand of new Set(node.operands)) users[operand].push(id);
  });
  return users;
}
