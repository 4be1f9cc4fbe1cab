import type { NodeId, Program } from '@vardrop/core/program';
import { compileLaunches } from './compileLaunches.js';
import type { Device } from './device.js';
import { compileKernels, findHeap } from './fused/compileKernels.js';
import { groupNodes, type Piece } from './fused/groups.js';
import type { Kernel } from './fused/kernel.js';
import { writeLoop } from './fused/writeLoop.js';
import { writeMatmul } from './fused/writeMatmul.js';
import { writePool } from './fused/writePool.js';
import { writePoolGradient } from './fused/writePoolGradient.js';
import { languageOf } from './gpu/program.js';
import { lower } from './lower/lower.js';
import type { Shapes } from './lowering.js';
import { isSource } from './plan.js';
import type { Step } from './step.js';

/** Settings of a backend that its executables read. */
export interface Settings {
  /** Called after each step of a run. */
  readonly profile?: (step: ProfiledStep) => void;
  /** Whether to run generated loops where the device allows it. */
  readonly fuse: boolean;
}

/** What one step of a run took. */
export interface ProfiledStep {
  /** An operation, or `loop` for elementwise nodes and reductions that run together. */
  readonly kind: string;
  /** Labels of its results, or their shapes where they have none. */
  readonly label: string;
  readonly milliseconds: number;
}

/** Chooses how each node is computed: in a generated loop where the device has one, else by tfjs's kernels. */
export async function compileSteps(device: Device, program: Program, { fuse }: Settings): Promise<Step[]> {
  if (languageOf(device)) return compileLaunches(device, program);
  const { nodes } = program;
  const heap = fuse ? findHeap(device) : undefined;
  const pieces: Piece[] = heap ? groupNodes(program) : nodes.flatMap((node, id) => (isSource(node) ? [] : [id]));
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
    const label = [...new Set(results.map((id) => nodes[id].label ?? `[${nodes[id].shape}]`))].join(' ');
    const kind = typeof piece === 'number' ? nodes[piece].op : 'loop';
    const operands = typeof piece === 'number' ? nodes[piece].operands : piece.operands;
    return { kind, label, results, operands, run: runs.get(piece) ?? onKernels(device, program, results[0]) };
  });
}

/** A node on tfjs's kernels. */
function onKernels(device: Device, program: Program, id: NodeId): Step['run'] {
  const compute = lower(device, program.nodes[id], shapesOf(program, id));
  return (operands) => [compute(operands)];
}

/** The generated kernel of a node, for those that tfjs's wasm backend lacks or takes longer for. */
function writeNode(program: Program, id: NodeId): Kernel | undefined {
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
    default:
      return undefined;
  }
}

function shapesOf({ nodes }: Program, id: NodeId): Shapes {
  const shapeOf = (each: NodeId) => nodes[each].shape as readonly number[];
  return { out: shapeOf(id), operands: nodes[id].operands.map(shapeOf) };
}
