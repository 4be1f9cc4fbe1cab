import type { Program } from './program.js';

/**
 * For each node, whether it has the same value in all iterations of a run. Such nodes depend only on constants and on
 * inputs of role `shared`. Noise varies, because each iteration has its own keys.
 */
export function invariantNodes({ nodes }: Program): readonly boolean[] {
  const invariant: boolean[] = [];
  for (const node of nodes) {
    invariant.push(
      node.op === 'input'
        ? node.role === 'shared'
        : node.op !== 'noise' && node.operands.every((operand) => invariant[operand]),
    );
  }
  return invariant;
}
