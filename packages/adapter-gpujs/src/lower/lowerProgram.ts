import { VardropError } from '@vardrop/core';
import {
  type BoundNode,
  type BoundProgram,
  elementCount,
  fuse,
  type Kernel,
  type KernelLimits,
  type NodeId,
} from '@vardrop/core/program';
import type { GpujsMode } from '../gpujs/mode.js';
import type { KernelSource, ValueId } from '../print/kernelSource.js';
import { printContraction } from '../print/printContraction.js';
import { printGather, printGatherGradient } from '../print/printGather.js';
import { printMap } from '../print/printMap.js';
import { printConcatenate, printPad, printSlice, printTranspose } from '../print/printMovement.js';
import { printReduction } from '../print/printReduction.js';
import { printPool, printPoolGradient } from '../print/windows.js';
import { withoutEpilogue } from '../print/withoutEpilogue.js';
import { createSegments } from './segments.js';

/** A program as kernels of gpu.js, in an order in which each reads only what was written before. */
export interface LoweredProgram {
  readonly kernels: readonly KernelSource[];
  /** Constants with a value for each element, which kernels read like inputs. */
  readonly constants: ReadonlyMap<ValueId, Float32Array>;
  /** The value that holds the elements of a node: a reshape has those of its operand. */
  valueBehind(id: NodeId): ValueId;
}

/**
 * How many tensors one kernel may read and write. Each kernel of gpu.js writes one. On webasm and cpu it reads any
 * number. On webgl2 each tensor is a texture: cards have room for 16 at least, and with too many gpu.js silently reads
 * zeros. On webgpu each is a buffer: devices have room for eight at least, the result included.
 */
const kernelLimits: Readonly<Record<GpujsMode, KernelLimits>> = {
  webasm: { inputs: Number.POSITIVE_INFINITY, outputs: 1 },
  webgpu: { inputs: 7, outputs: 1 },
  webgl2: { inputs: 14, outputs: 1 },
  cpu: { inputs: Number.POSITIVE_INFINITY, outputs: 1 },
};

/**
 * Cuts a bound program into kernels of a mode and prints them.
 *
 * @param mostTurns of loops in a thread; longer loops are shared out among more threads where possible
 */
export function lowerProgram(
  program: BoundProgram,
  mode: GpujsMode,
  mostTurns: number = Number.POSITIVE_INFINITY,
): LoweredProgram {
  const { nodes } = program;
  const alias = new Map<NodeId, ValueId>();
  const valueBehind = (id: NodeId): ValueId => alias.get(id) ?? id;
  let negative = 0;
  const between = () => --negative;
  const segments = createSegments();
  const kernels = fuse(program, kernelLimits[mode]).kernels.flatMap((kernel): readonly KernelSource[] => {
    if (kernel.kind === 'movement' && nodes[kernel.node].op === 'reshape') {
      alias.set(kernel.node, valueBehind(nodes[kernel.node].operands[0]));
      return [];
    }
    const printAll = (each: Kernel) =>
      print(nodes, each, between, mode, mostTurns).map((source) => ({
        ...source,
        inputs: source.inputs.map(valueBehind),
      }));
    let printed = printAll(kernel);
    if (kernel.kind === 'contraction' && kernel.contractions.length === 1 && printed[0].blocks) {
      // If the epilogue has to wait for another result in blocks, it would make the contraction wait too.
      const operands = nodes[kernel.contractions[0]].operands.map(valueBehind);
      if (segments.firstFor(printed[0].inputs) > segments.firstFor(operands)) {
        const { contractions, rest } = withoutEpilogue(nodes, kernel);
        printed = [...contractions, ...(rest ? [rest] : [])].flatMap(printAll);
      }
    }
    for (const source of printed) segments.place(source);
    return printed;
  });

  const constants = new Map<ValueId, Float32Array>();
  const needed = new Set([
    ...kernels.flatMap(({ inputs }) => inputs),
    ...Object.values(program.outputs).map(valueBehind),
  ]);
  for (const id of needed) {
    const node = nodes[id];
    if (node?.op !== 'constant') continue;
    const { value, shape } = node;
    const values =
      typeof value === 'number' ? new Float32Array(elementCount(shape)).fill(value) : Float32Array.from(value);
    constants.set(id, values);
  }
  return { kernels, constants, valueBehind };
}

function print(
  nodes: readonly BoundNode[],
  kernel: Kernel,
  between: () => ValueId,
  mode: GpujsMode,
  mostTurns: number,
): readonly KernelSource[] {
  switch (kernel.kind) {
    case 'elementwise':
      return [printMap(nodes, kernel, mode)];
    case 'contraction':
      return printContraction(nodes, kernel, between, mode, mostTurns);
    case 'reduction':
      return printReduction(nodes, kernel, between, mode, mostTurns);
    case 'movement':
    case 'window': {
      const node = nodes[kernel.node];
      switch (node.op) {
        case 'transpose':
          return [printTranspose(nodes, kernel.node, node, mode)];
        case 'slice':
          return [printSlice(nodes, kernel.node, node, mode)];
        case 'pad':
          return [printPad(nodes, kernel.node, node, mode)];
        case 'concatenate':
          return printConcatenate(nodes, kernel.node, node, between, mode, kernelLimits[mode].inputs);
        case 'gather':
          return [printGather(nodes, kernel.node, node, mode)];
        case 'gatherGradient':
          return printGatherGradient(nodes, kernel.node, node, between, mode, mostTurns);
        case 'maxPool2d':
        case 'averagePool2d':
          return [printPool(nodes, kernel.node, node, mode)];
        case 'maxPool2dGradient':
        case 'averagePool2dGradient':
          return printPoolGradient(nodes, kernel.node, node, between, mode);
        default:
          throw new VardropError(
            'VARDROP_PROGRAM',
            `[gpujs] ${node.label ?? node.op}: got ${node.op}, needs a movement, a pooling or its gradient. Pass programs through \`compileProgram\`.`,
          );
      }
    }
  }
}
