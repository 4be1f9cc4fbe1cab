import type { ProgramNode } from '../program.js';

/** The number that all elements of a constant have. Kernels print it in place. Undefined for other nodes. */
export function numberOf(node: ProgramNode): number | undefined {
  if (node.op !== 'constant') return undefined;
  if (typeof node.value === 'number') return node.value;
  return node.value.length === 1 ? node.value[0] : undefined;
}
