import type { ProgramNode } from '../program.js';

/** The one number that a constant has in all of its elements, which kernels print in its place; undefined for other nodes. */
export function numberOf(node: ProgramNode): number | undefined {
  if (node.op !== 'constant') return undefined;
  if (typeof node.value === 'number') return node.value;
  return node.value.length === 1 ? node.value[0] : undefined;
}
