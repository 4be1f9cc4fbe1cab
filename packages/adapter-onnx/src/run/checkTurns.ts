import { VardropError } from '@vardrop/core';
import { type BoundNode, type BoundProgram, elementCount, formatShape } from '@vardrop/core/program';
import { mostTurns } from './countTurns.js';

/**
 * Throws `VARDROP_LIMITS` for a program in which a number is made of more terms than `turns`, the turns of a loop that
 * a thread of this GPU makes: the runtime may give all terms to one thread, and the driver would silently leave out the
 * rest. A GPU that made all of `mostTurns` is taken to make any number.
 */
export function checkTurns(name: string, program: BoundProgram, turns: number): void {
  if (turns >= mostTurns) return;
  for (const node of program.nodes) {
    const operands = node.operands.map((operand) => program.nodes[operand].shape);
    const terms = termsOf(node, operands);
    if (terms <= turns) continue;
    const what = node.label ? `${node.op} "${node.label}"` : node.op;
    throw new VardropError(
      'VARDROP_LIMITS',
      `[${name}] compile ${program.name}: got ${what} ${formatShape(node.shape)}, each number of ${terms} terms, needs at most ${turns}, as many turns as this GPU makes of a loop. Make minibatches or layers smaller, or use the device wasm.`,
    );
  }
}

/** The most terms of which a number of a node is made. */
function termsOf(node: BoundNode, operands: readonly (readonly number[])[]): number {
  switch (node.op) {
    case 'reduceSum':
    case 'reduceMax':
      return elementCount(node.axes.map((axis) => operands[0][axis]));
    case 'matmul':
      return operands[0].at(node.transposeA ? -2 : -1) as number;
    case 'conv2d':
      return elementCount(operands[1].slice(0, 3));
    case 'conv2dInputGradient': {
      const [height, width, , filters] = operands[0];
      return (height * width * filters) / node.groups;
    }
    case 'conv2dFilterGradient':
      return elementCount(operands[1].slice(0, 3));
    case 'gatherGradient':
      return elementCount(operands[0]);
    case 'maxPool2d':
    case 'maxPool2dGradient':
    case 'averagePool2d':
    case 'averagePool2dGradient':
      return elementCount(node.size);
    default:
      return 1;
  }
}
