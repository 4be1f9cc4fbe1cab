import { type BoundNode, elementCount, type NodeOf } from '@vardrop/core/program';
import type { Device } from '../device/device.js';
import type { Lowering, Shapes } from '../device/lowering.js';
import { type Copies, copiesOf } from './copies.js';
import { type ConvolutionNode, eachProduct, geometryOf } from './eachProduct.js';

type Moved = 'slice' | 'pad' | 'concatenate' | 'gather' | 'gatherGradient';

/** Nodes that JavaScript loops can compute. */
type HostNode = BoundNode & (NodeOf<Moved, readonly number[]> | ConvolutionNode);

/**
 * Computes a node with JavaScript loops, on cpu and where generated WebAssembly cannot reach tfjs's memory. tfjs's
 * kernels check no bounds and support neither negative steps nor groups. Sums are float64.
 */
export function onHost(device: Device, node: HostNode, shapes: Shapes): Lowering {
  const compute = loopsOf(node, shapes);
  return (operands) => {
    const values = operands.map(({ dataId }) => device.host.readSync(dataId));
    return device.create(compute(values), shapes.out);
  };
}

type Compute = (operands: readonly Float32Array[]) => Float32Array;

function loopsOf(node: HostNode, shapes: Shapes): Compute {
  const { out, operands } = shapes;
  switch (node.op) {
    case 'slice':
    case 'pad':
    case 'concatenate': {
      const copies = copiesOf(node, shapes);
      return (values) => copy(copies, values, elementCount(out));
    }
    case 'gather':
      return ([table, indices]) => gather(table, indices, operands[0]);
    case 'gatherGradient':
      return ([indices, dy]) => addRows(indices, dy, out);
    default:
      return convolution(node, shapes);
  }
}

function copy({ parts, fill = 0 }: Copies, values: readonly Float32Array[], size: number): Float32Array {
  const result = new Float32Array(size).fill(fill);
  for (const { operand, lengths, from, to } of parts) {
    const given = values[operand];
    const last = lengths.length - 1;
    const visit = (axis: number, source: number, target: number) => {
      if (axis > last) {
        result[target] = given[source];
        return;
      }
      const [step, stepOfResult] = [from.steps[axis], to.steps[axis]];
      for (let i = 0; i < lengths[axis]; i++) {
        if (axis === last) result[target + i * stepOfResult] = given[source + i * step];
        else visit(axis + 1, source + i * step, target + i * stepOfResult);
      }
    };
    visit(0, from.origin, to.origin);
  }
  return result;
}

const isRow = (index: number, rows: number) => Number.isInteger(index) && index >= 0 && index < rows;

function gather(table: Float32Array, indices: Float32Array, [rows, ...rest]: readonly number[]): Float32Array {
  const size = elementCount(rest);
  const result = new Float32Array(indices.length * size);
  indices.forEach((index, i) => {
    if (isRow(index, rows)) result.set(table.subarray(index * size, (index + 1) * size), i * size);
  });
  return result;
}

function addRows(indices: Float32Array, dy: Float32Array, [rows, ...rest]: readonly number[]): Float32Array {
  const size = elementCount(rest);
  const sums = new Float64Array(rows * size);
  indices.forEach((index, i) => {
    if (isRow(index, rows)) for (let j = 0; j < size; j++) sums[index * size + j] += dy[i * size + j];
  });
  return Float32Array.from(sums);
}

function convolution(node: ConvolutionNode, shapes: Shapes): Compute {
  const geometry = geometryOf(node, shapes);
  return ([left, right]) => {
    const sums = new Float64Array(elementCount(shapes.out));
    switch (node.op) {
      case 'conv2d':
        eachProduct(geometry, (image, filter, result) => {
          sums[result] += left[image] * right[filter];
        });
        break;
      case 'conv2dInputGradient':
        eachProduct(geometry, (image, filter, result) => {
          sums[image] += left[filter] * right[result];
        });
        break;
      case 'conv2dFilterGradient':
        eachProduct(geometry, (image, filter, result) => {
          sums[filter] += left[image] * right[result];
        });
    }
    return Float32Array.from(sums);
  };
}
