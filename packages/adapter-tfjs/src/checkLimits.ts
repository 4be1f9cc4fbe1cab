import { elementCount, type Program, VardropError } from '@vardrop/core';
import type { Device } from './device.js';
import { languageOf } from './gpu/program.js';
import { largestTensor } from './supports.js';

/** The highest rank that tfjs's GPU backends index. */
const highestRank = 6;

/** Throws `VARDROP_LIMITS`, naming limit and tensor, for a program with a tensor that the device does not take. */
export function checkLimits(device: Device, program: Program): void {
  if (!languageOf(device)) return;
  const largest = largestTensor(device);
  program.nodes.forEach((node, id) => {
    const refuse = (what: string, remedy: string) => {
      throw new VardropError(
        'VARDROP_LIMITS',
        `[tfjs:${device.name}] compile ${program.name}: %${id} (${node.label ?? node.op}) [${node.shape}]: got ${what} in one tensor. ${remedy}`,
      );
    };
    const size = elementCount(node.shape);
    if (size > largest) refuse(`${size} elements, needs at most ${largest}`, 'Use a smaller batch.');
    if (node.shape.length > highestRank) {
      refuse(`${node.shape.length} axes, needs at most ${highestRank}`, 'Join axes with a reshape.');
    }
  });
}
