import type { TensorInfo } from '@tensorflow/tfjs';
import { elementCount } from '@vardrop/core/program';
import type { Device } from '../device.js';
import type { Lowering, Shapes } from '../lowering.js';
import { reshape, transpose } from '../shape.js';
import { reduceParts } from './reduceParts.js';

/** The longest row that one thread goes through by itself. */
const longestRow = 64;

/**
 * Sum or maximum over axes, in stages of about as many turns as threads, so that none is long. (tfjs's webgl maxima start
 * from −1e20, and so never go below; its sums of a prime number of elements are made by one thread.)
 */
export function reduceAxes(device: Device, kind: 'sum' | 'max', axes: readonly number[], shapes: Shapes): Lowering {
  const [operand] = shapes.operands;
  const kept = operand.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const permutation = [...kept, ...axes];
  const rows = elementCount(kept.map((axis) => operand[axis]));
  const stages: ((x: TensorInfo) => TensorInfo)[] = [];
  for (let length = elementCount(axes.map((axis) => operand[axis])); stages.length === 0 || length > 1; ) {
    const parts = length <= longestRow ? 1 : Math.ceil(Math.sqrt(length));
    stages.push(reduceParts(device, kind, { rows, length, parts }));
    length = parts;
  }
  const inOrder = permutation.every((from, axis) => from === axis);
  return ([x]) =>
    device.scoped(() => {
      const moved = inOrder ? x : transpose(device, x, permutation);
      const matrix = reshape(device, moved, [rows, elementCount(operand) / rows]);
      return reshape(
        device,
        stages.reduce((values, stage) => stage(values), matrix),
        shapes.out,
      );
    });
}
