import type { Program } from './program.js';

/**
 * For each node, whether it has the same value in all iterations of a run: what depends on inputs of role `shared` and
 * constants alone. Noise does not, since each iteration brings its keys.
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
