import { type BoundProgram, type NodeId, nodeShapes, operationClass } from '@vardrop/core/program';
import { type ProgramKernel, programKernels } from '@vardrop/wasm-kernels';
import { type Device, isGpu } from '../device/device.js';
import { lower } from '../lower/lower.js';
import { compileKernels, findHeap } from '../wasm/compileKernels.js';
import { compileLaunches } from './compileLaunches.js';
import { labelOf, type Step } from './step.js';

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

/** Chooses how each node is computed: by a generated kernel if the device has one, else by tfjs's kernels. */
export async function compileSteps(device: Device, program: BoundProgram, { fuse }: Settings): Promise<Step[]> {
  if (isGpu(device)) return compileLaunches(device, program);
  const heap = fuse ? findHeap(device) : undefined;
  const pieces = heap ? programKernels(program) : nodeByNode(program);
  const kernels = pieces.flatMap(({ kernel }) => (kernel ? [kernel] : []));
  const compiled = heap ? await compileKernels(device, heap, kernels) : [];
  return pieces.map(({ kind, operands, results, kernel }) => ({
    kind,
    label: labelOf(program, results),
    results,
    operands,
    run: kernel ? compiled[kernels.indexOf(kernel)] : onKernels(device, program, results[0]),
  }));
}

const nodeByNode = ({ nodes }: BoundProgram): readonly ProgramKernel[] =>
  nodes.flatMap(({ op, operands }, id) =>
    operationClass[op] === 'source' ? [] : [{ kind: op, operands, results: [id] }],
  );

/** Computes a node with tfjs's kernels. */
function onKernels(device: Device, program: BoundProgram, id: NodeId): Step['run'] {
  const compute = lower(device, program.nodes[id], nodeShapes(program, id));
  return (operands) => [compute(operands)];
}
