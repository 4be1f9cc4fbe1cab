import type { TensorInfo } from '@tensorflow/tfjs';
import type { NodeId, Program } from '@vardrop/core';
import type { Device } from './device.js';
import { compileLoops, findHeap } from './fused/fusedLoops.js';
import { groupNodes, type Piece } from './fused/groups.js';
import { lower } from './lower/lower.js';
import { isSource } from './plan.js';

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

/** A piece of a program on a device. */
export interface Step {
  readonly kind: string;
  readonly label: string;
  readonly operands: readonly NodeId[];
  readonly results: readonly NodeId[];
  /** Computes the results, each owned by the caller, from the operands. */
  readonly run: (operands: readonly TensorInfo[]) => readonly TensorInfo[];
}

/** Chooses how each node is computed: in a generated loop where the device has one, else by tfjs's kernels. */
export async function compileSteps(device: Device, program: Program, { fuse }: Settings): Promise<Step[]> {
  const { nodes } = program;
  const shapeOf = (id: NodeId) => nodes[id].shape as readonly number[];
  const heap = fuse ? findHeap(device) : undefined;
  const pieces: Piece[] = heap ? groupNodes(program) : nodes.flatMap((node, id) => (isSource(node) ? [] : [id]));
  const groups = pieces.filter((piece) => typeof piece !== 'number');
  const loops = heap ? await compileLoops(device, heap, program, groups) : [];
  return pieces.map((piece) => {
    const results = typeof piece === 'number' ? [piece] : piece.results;
    const label = [...new Set(results.map((id) => nodes[id].label ?? `[${nodes[id].shape}]`))].join(' ');
    if (typeof piece !== 'number') {
      return { kind: 'loop', label, results, operands: piece.operands, run: loops[groups.indexOf(piece)] };
    }
    const { op, operands } = nodes[piece];
    const compute = lower(device, nodes[piece], { out: shapeOf(piece), operands: operands.map(shapeOf) });
    return { kind: op, label, results, operands, run: (values) => [compute(values)] };
  });
}
