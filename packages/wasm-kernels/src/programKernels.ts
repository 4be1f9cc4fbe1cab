import { type BoundProgram, type NodeId, nodeShapes } from '@vardrop/core/program';
import { writeConvolution, writeInputGradient } from './convolution/writeConvolution.js';
import { writeFilterGradient } from './convolution/writeFilterGradient.js';
import type { Kernel } from './kernel.js';
import { groupNodes } from './loop/groups.js';
import { writeLoop } from './loop/writeLoop.js';
import { writeCopies } from './move/writeCopies.js';
import { writeGather, writeGatherGradient } from './move/writeGather.js';
import { writeTranspose } from './move/writeTranspose.js';
import { type NoiseSource, noiseSource } from './noise/noiseSource.js';
import { writeNoise } from './noise/writeNoise.js';
import { writePool } from './pool/writePool.js';
import { writePoolGradient } from './pool/writePoolGradient.js';
import { writeMatmul } from './product/writeMatmul.js';

/** A piece of a program, and the kernel that computes it. */
export interface ProgramKernel {
  /** An operation, or `loop` for elementwise nodes and reductions that run together. */
  readonly kind: string;
  readonly operands: readonly NodeId[];
  readonly results: readonly NodeId[];
  /** Absent for nodes that compute nothing (`reshape`) and for those that core takes out of programs. */
  readonly kernel?: Kernel;
  /** Only for `noise`, whose kernel takes the address of words made from a key in place of its operands'. */
  readonly noise?: NoiseSource;
}

/**
 * Cuts a program into pieces, in an order in which they can be computed, and writes a kernel for each. Inputs and constants
 * have no piece.
 */
export function programKernels(program: BoundProgram): ProgramKernel[] {
  return groupNodes(program).map((piece) => {
    if (typeof piece !== 'number') {
      const { operands, results } = piece;
      return { kind: 'loop', operands, results, kernel: writeLoop(program, piece) };
    }
    const node = program.nodes[piece];
    const { op, operands } = node;
    const noise = op === 'noise' ? { noise: noiseSource(node) } : {};
    return { kind: op, operands, results: [piece], kernel: writeNode(program, piece), ...noise };
  });
}

function writeNode(program: BoundProgram, id: NodeId): Kernel | undefined {
  const node = program.nodes[id];
  const shapes = nodeShapes(program, id);
  switch (node.op) {
    case 'matmul':
      return writeMatmul(shapes, node);
    case 'maxPool2d':
    case 'averagePool2d':
      return writePool(node, shapes);
    case 'maxPool2dGradient':
    case 'averagePool2dGradient':
      return writePoolGradient(node, shapes);
    case 'gather':
      return writeGather(shapes);
    case 'gatherGradient':
      return writeGatherGradient(shapes);
    case 'transpose':
      return writeTranspose(node.permutation, shapes);
    case 'slice':
    case 'pad':
    case 'concatenate':
      return writeCopies(node, shapes);
    case 'conv2d':
      return writeConvolution(node, shapes);
    case 'conv2dInputGradient':
      return writeInputGradient(node, shapes);
    case 'conv2dFilterGradient':
      return writeFilterGradient(node, shapes);
    case 'noise':
      return writeNoise(node, shapes);
    default:
      return undefined;
  }
}
