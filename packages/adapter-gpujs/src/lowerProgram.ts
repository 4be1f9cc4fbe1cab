import { fuse, type Kernel, type Node, type NodeId, type Program, VardropError } from '@vardrop/core';
import type { KernelSource, ValueId } from './print/kernelSource.js';
import { printContraction } from './print/printContraction.js';
import { printMap, printTranspose } from './print/printMap.js';
import { printReduction } from './print/printReduction.js';
import { printPool, printPoolGradient } from './print/windows.js';

/** A program as kernels of gpu.js, in an order in which each reads only what was written before. */
export interface LoweredProgram {
  readonly kernels: readonly KernelSource[];
  /** Constants with a value for each element, which kernels read like inputs. */
  readonly constants: ReadonlyMap<ValueId, Float32Array>;
  /** The value that holds the elements of a node: a reshape has those of its operand. */
  valueBehind(id: NodeId): ValueId;
}

/** What one kernel may touch: gpu.js kernels write one tensor each, and on webasm and cpu read any number. */
export const kernelLimits = { inputs: Number.POSITIVE_INFINITY, outputs: 1 } as const;

/**
 * Cuts a bound program into kernels and prints them.
 *
 * @param blocked whether threads may return four numbers
 */
export function lowerProgram(program: Program, blocked: boolean): LoweredProgram {
  const { nodes } = program;
  const alias = new Map<NodeId, ValueId>();
  const valueBehind = (id: NodeId): ValueId => alias.get(id) ?? id;
  let negative = 0;
  const between = () => --negative;
  const printed = fuse(program, kernelLimits).kernels.flatMap((kernel): readonly KernelSource[] => {
    if (kernel.kind === 'movement' && nodes[kernel.node].op === 'reshape') {
      alias.set(kernel.node, valueBehind(nodes[kernel.node].operands[0]));
      return [];
    }
    return print(nodes, kernel, between, blocked);
  });
  const kernels = printed.map((kernel) => ({ ...kernel, inputs: kernel.inputs.map(valueBehind) }));

  const constants = new Map<ValueId, Float32Array>();
  const needed = new Set([
    ...kernels.flatMap(({ inputs }) => inputs),
    ...Object.values(program.outputs).map(valueBehind),
  ]);
  for (const id of needed) {
    const node = nodes[id];
    if (node?.op !== 'constant') continue;
    const size = (node.shape as readonly number[]).reduce((product, n) => product * n, 1);
    const { value } = node;
    constants.set(id, typeof value === 'number' ? new Float32Array(size).fill(value) : Float32Array.from(value));
  }
  return { kernels, constants, valueBehind };
}

function print(
  nodes: readonly Node[],
  kernel: Kernel,
  between: () => ValueId,
  blocked: boolean,
): readonly KernelSource[] {
  switch (kernel.kind) {
    case 'elementwise':
      return [printMap(nodes, kernel)];
    case 'contraction':
      return [printContraction(nodes, kernel, blocked)];
    case 'reduction':
      return printReduction(nodes, kernel, between);
    case 'movement':
    case 'window': {
      const node = nodes[kernel.node];
      switch (node.op) {
        case 'transpose':
          return [printTranspose(nodes, kernel.node, node.permutation)];
        case 'maxPool2d':
        case 'averagePool2d':
          return [printPool(nodes, kernel.node, node)];
        case 'maxPool2dGradient':
        case 'averagePool2dGradient':
          return [printPoolGradient(nodes, kernel.node, node)];
        default:
          throw new VardropError(
            'VARDROP_PROGRAM',
            `[gpujs] ${node.label ?? node.op}: got ${node.op}, needs a transpose, a pooling or its gradient. Pass programs through \`compileProgram\`.`,
          );
      }
    }
  }
}
