import { type BoundProgram, type NodeId, operationClass } from '@vardrop/core/program';
import { type Device, isGpu } from '../device/device.js';
import { lower } from '../lower/lower.js';
import { compileKernels, findHeap } from '../wasm/compileKernels.js';
import { writeConvolution, writeInputGradient } from '../wasm/convolution/writeConvolution.js';
import { writeFilterGradient } from '../wasm/convolution/writeFilterGradient.js';
import type { Kernel } from '../wasm/kernel.js';
import { groupNodes, type Piece } from '../wasm/loop/groups.js';
import { writeLoop } from '../wasm/loop/writeLoop.js';
import { writeCopies } from '../wasm/move/writeCopies.js';
import { writeGather, writeGatherGradient } from '../wasm/move/writeGather.js';
import { writeTranspose } from '../wasm/move/writeTranspose.js';
import { writePool } from '../wasm/pool/writePool.js';
import { writePoolGradient } from '../wasm/pool/writePoolGradient.js';
import { writeMatmul } from '../wasm/product/writeMatmul.js';
import { compileLaunches } from './compileLaunches.js';
import { labelOf, type Step, shapesOf } from './step.js';

/** Settings of a backend that its executables read. */
export interface Settings {
  /** Called after each step of a run. */
  readonly profile?: (step: ProfiledStep) => void;
  /** Whether to use generated loops where the device allows it. */
  readonly fuse: boolean;
}

/** The measurement of one step of a run. */
export interface ProfiledStep {
  /** An operation, or `loop` for elementwise nodes and reductions that run together. */
  readonly kind: string;
  /** Labels of its results, or their shapes if they have no labels. */
  readonly label: string;
  readonly milliseconds: number;
}

/** Chooses how each node is computed: by a generated loop if the device has one, else by tfjs's kernels. */
export async function compileSteps(device: Device, program: BoundProgram, { fuse }: Settings): Promise<Step[]> {
  if (isGpu(device)) return compileLaunches(device, program);
  const { nodes } = program;
  const heap = fuse ? findHeap(device) : undefined;
  const pieces: Piece[] = heap
    ? groupNodes(program)
    : nodes.flatMap((node, id) => (operationClass[node.op] === 'source' ? [] : [id]));
  const kernels = new Map<Piece, Kernel>();
  if (heap) {
    for (const piece of pieces) {
      const kernel = typeof piece === 'number' ? writeNode(program, piece) : writeLoop(program, piece);
      if (kernel) kernels.set(piece, kernel);
    }
  }
  const compiled = heap ? await compileKernels(device, heap, [...kernels.values()]) : [];
  const runs = new Map([...kernels.keys()].map((piece, i) => [piece, compiled[i]]));
  return pieces.map((piece) => {
    const results = typeof piece === 'number' ? [piece] : piece.results;
    const kind = typeof piece === 'number' ? nodes[piece].op : 'loop';
    const operands = typeof piece === 'number' ? nodes[piece].operands : piece.operands;
    return {
      kind,
      label: labelOf(program, results),
      results,
      operands,
      run: runs.get(piece) ?? onKernels(device, program, results[0]),
    };
  });
}

/** Computes a node with tfjs's kernels. */
function onKernels(device: Device, program: BoundProgram, id: NodeId): Step['run'] {
  const compute = lower(device, program.nodes[id], shapesOf(program, id));
  return (operands) => [compute(operands)];
}

/** The generated kernel of a node, for nodes that tfjs's wasm backend lacks or computes more slowly. */
function writeNode(program: BoundProgram, id: NodeId): Kernel | undefined {
  const node = program.nodes[id];
  const shapes = shapesOf(program, id);
  switch (node.op) {
    case 'matmul':
      return writeMatmul(shapes);
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
    default:
      return undefined;
  }
}
