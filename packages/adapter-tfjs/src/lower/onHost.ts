import type { BoundNode, NodeShapes } from '@vardrop/core/program';
import { evaluateNode } from '@vardrop/core/reference';
import type { Device } from '../device/device.js';
import type { Lowering } from '../device/lowering.js';

/**
 * Computes a node in float64 by core's reference, on cpu and where WebAssembly's loops cannot reach tfjs's memory: tfjs's
 * kernels check no bounds, take no negative steps and no groups.
 */
export function onHost(device: Device, node: BoundNode, { operands, out }: NodeShapes): Lowering {
  return (tensors) => {
    const values = tensors.map(({ dataId }) => Float64Array.from(device.host.readSync(dataId)));
    return device.create(Float32Array.from(evaluateNode(node, values, operands)), out);
  };
}
