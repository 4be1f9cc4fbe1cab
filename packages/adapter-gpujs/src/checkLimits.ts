import { type Program, VardropError } from '@vardrop/core';
import { elements } from './run/elements.js';
import { largestTensor } from './supports.js';

/** Throws `VARDROP_LIMITS`, naming limit and tensor, for a program with a tensor too large for exact indices. */
export function checkLimits(name: string, program: Program): void {
  program.nodes.forEach((node, id) => {
    const size = elements(node.shape as readonly number[]);
    if (size <= largestTensor) return;
    throw new VardropError(
      'VARDROP_LIMITS',
      `[${name}] compile ${program.name}: %${id} (${node.label ?? node.op}) [${node.shape}]: got ${size} elements, needs at most ${largestTensor} in one tensor. Use a smaller batch.`,
    );
  });
}
