import { type BoundProgram, nodeShapes } from '@vardrop/core/program';
import type { Device } from '../device/device.js';
import { elementwise } from '../gpu/elementwise/elementwise.js';
import { groupNodes } from '../gpu/elementwise/groups.js';
import { noise } from '../gpu/noise/noise.js';
import { lower } from '../lower/lower.js';
import { labelOf, type Step } from './step.js';

/**
 * How many tensors a launch may read. WebGPU guarantees eight buffers, one of which is written; WebGL 2 guarantees
 * sixteen textures.
 */
const mostInputs = { webgl: 15, webgpu: 7 } as const;

/**
 * The steps of a program on a GPU: this package's launches for elementwise nodes and noise, tfjs's kernels for the
 * rest.
 */
export function compileLaunches(device: Device, program: BoundProgram): Step[] {
  const { nodes } = program;
  return groupNodes(program, mostInputs[device.name as keyof typeof mostInputs]).map((piece): Step => {
    if (typeof piece !== 'number') {
      const launch = elementwise(device, program, piece);
      return {
        kind: 'loop',
        label: labelOf(program, piece.nodes),
        results: [piece.output],
        operands: piece.inputs,
        run: (operands) => [launch(operands)],
      };
    }
    const node = nodes[piece];
    const { operands } = node;
    const common = { kind: node.op, label: labelOf(program, [piece]), results: [piece], operands };
    if (node.op === 'noise') {
      const make = noise(device, node);
      return { ...common, run: (_, keys) => [make(keys[node.key])] };
    }
    const compute = lower(device, node, nodeShapes(program, piece));
    return { ...common, run: (values) => [compute(values)] };
  });
}
