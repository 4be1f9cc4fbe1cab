import type { TensorInfo } from '@tensorflow/tfjs';
import { type BackendLifetime, createExecutableOf, type Executable, programInterface } from '@vardrop/core/backend';
import {
  type BoundProgram,
  elementCount,
  invariantNodes,
  type NodeId,
  operationClass,
  separatePooling,
  withoutTransposeFlags,
} from '@vardrop/core/program';
import { type Device, isGpu } from '../device/device.js';
import { emptyPools } from '../device/emptyPools.js';
import type { Handles } from '../device/handles.js';
import { findHeap } from '../wasm/compileKernels.js';
import { checkLimits, mostCells } from './checkLimits.js';
import { planSteps } from './plan.js';
import { runProgram } from './runProgram.js';
import type { Step } from './step.js';
import { compileSteps, type Settings } from './steps.js';
import { warmUp } from './warmUp.js';

/**
 * Compiles a program for `device`. All decisions are made here: the lowering of each node, the order, which nodes are
 * computed once per run, and the last use of every value, after which its memory is freed.
 */
export async function createExecutable(
  device: Device,
  lifetime: BackendLifetime,
  handles: Handles,
  given: BoundProgram,
  settings: Settings,
): Promise<Executable> {
  const separated = separatePooling(given, mostCells(device));
  const program = readsFlags(device, settings) ? separated : withoutTransposeFlags(separated, 'both');
  checkLimits(device, program);
  const names = programInterface(program);
  const steps = await compileSteps(device, program, settings);
  const constants = createConstants(device, program, steps);
  const shared = invariantNodes(program);
  const iterationOutputs = [...new Set(Object.values(program.outputs))].filter(
    (id) => !shared[id] && operationClass[program.nodes[id].op] !== 'source',
  );
  const plan = planSteps(program, steps);
  const run = { device, program, names, plan, constants, iterationOutputs, profile: settings.profile };
  if (isGpu(device)) await warmUp(run);
  return createExecutableOf({
    lifetime,
    handles: handles.table,
    program: given,
    execute: (entries, iterations) => runProgram(run, entries, iterations),
    dispose() {
      for (const info of constants.values()) device.release(info);
      // Other programs have tensors of other sizes.
      emptyPools(device);
    },
  });
}

/**
 * Whether a device's products are fast with transpose flags. In tfjs's kernels on wasm, one with a flag runs in a naive loop,
 * twelve times slower than transpose and product together.
 */
function readsFlags(device: Device, { fuse }: Settings): boolean {
  return device.name === 'cpu' || device.name === 'webgl' || (fuse && findHeap(device) !== undefined);
}

/** The constants that steps or outputs read, on the device. */
function createConstants(
  device: Device,
  { nodes, outputs }: BoundProgram,
  steps: readonly Step[],
): Map<NodeId, TensorInfo> {
  const read = new Set([...steps.flatMap((step) => step.operands), ...Object.values(outputs)]);
  const constants = new Map<NodeId, TensorInfo>();
  nodes.forEach((node, id) => {
    if (node.op !== 'constant' || !read.has(id)) return;
    const { value, shape } = node;
    const values =
      typeof value === 'number' ? new Float32Array(elementCount(shape)).fill(value) : Float32Array.from(value);
    constants.set(id, device.create(values, shape));
  });
  return constants;
}
