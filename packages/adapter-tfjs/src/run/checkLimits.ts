import { VardropError } from '@vardrop/core';
import { type BoundProgram, elementCount, nodeShapes } from '@vardrop/core/program';
import { type Device, isGpu } from '../device/device.js';
import { partsOf, turnsInGroups } from '../gpu/groupedConvolution.js';
import { largestTensor } from './supports.js';

/** The highest rank that tfjs's GPU backends index. */
const highestRank = 6;

/**
 * How many cells of a pooling window a thread can visit. A cell takes at most three turns of loops: its own, and, in a
 * window of one column, the start and the end of a row.
 */
export const mostCells = ({ turns }: Device): number => Math.floor(turns / 3);

/**
 * Throws `VARDROP_LIMITS`, naming the limit and the tensor, if a tensor of the program exceeds a limit of the device.
 */
export function checkLimits(device: Device, program: BoundProgram): void {
  if (!isGpu(device)) return;
  const largest = largestTensor(device);
  program.nodes.forEach((node, id) => {
    const refuse = (what: string, remedy: string) => {
      throw new VardropError(
        'VARDROP_LIMITS',
        `[tfjs:${device.name}] compile ${program.name}: %${id} (${node.label ?? node.op}) [${node.shape}]: got ${what}. ${remedy}`,
      );
    };
    const size = elementCount(node.shape);
    if (size > largest) refuse(`${size} elements in one tensor, needs at most ${largest}`, 'Use a smaller batch.');
    if ('size' in node && node.size[0] * node.size[1] > mostCells(device)) {
      refuse(
        `a window of ${node.size.join(' × ')}, needs one of at most ${mostCells(device)} cells`,
        'Use a smaller one.',
      );
    }
    const shapes = nodeShapes(program, id);
    const turns = turnsInGroups(node, shapes);
    if (turns > device.turns) {
      refuse(`a window of ${turns} turns of a loop, needs one of at most ${device.turns}`, 'Use more groups.');
    }
    if (node.op === 'conv2dFilterGradient' && node.groups > 1 && size * partsOf(device, shapes) > largest) {
      refuse(`sums of ${size * partsOf(device, shapes)} parts, needs at most ${largest}`, 'Use a smaller batch.');
    }
    const terms = node.op === 'reduceSum' ? elementCount(program.nodes[node.operands[0]].shape) / size : 0;
    if (terms > device.turns) {
      refuse(`a sum of ${terms} terms, needs one of at most ${device.turns}`, 'Compile it through core.');
    }
    if (node.shape.length > highestRank) {
      refuse(`${node.shape.length} axes in one tensor, needs at most ${highestRank}`, 'Join axes with a reshape.');
    }
  });
}
