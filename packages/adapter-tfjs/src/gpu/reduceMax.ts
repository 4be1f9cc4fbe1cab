import type { TensorInfo } from '@tensorflow/tfjs';
import { elementCount, type NodeShapes } from '@vardrop/core/program';
import type { Device } from '../device/device.js';
import type { Lowering } from '../device/lowering.js';
import { reshape, transpose } from '../device/shape.js';
import { defineCoordinates, languageOf, loadAt, prepare, store } from './program.js';

/** The longest row that one thread processes alone. */
const longestRow = 64;

/**
 * Maximum over axes, in stages with about as many turns as threads, so that no loop is long. (tfjs's webgl maxima start
 * from −1e20 and never give a smaller result.)
 */
export function reduceMax(device: Device, axes: readonly number[], shapes: NodeShapes): Lowering {
  const [operand] = shapes.operands;
  const kept = operand.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const permutation = [...kept, ...axes];
  const rows = elementCount(kept.map((axis) => operand[axis]));
  const stages: ((x: TensorInfo) => TensorInfo)[] = [];
  for (let length = elementCount(axes.map((axis) => operand[axis])); stages.length === 0 || length > 1; ) {
    const parts = length <= longestRow ? 1 : Math.ceil(Math.sqrt(length));
    stages.push(reduceParts(device, { rows, length, parts }));
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

/**
 * Maxima of parts of the rows of a matrix `[rows, length]`, as `[rows, parts]`. Part p has the elements p, p + parts, p
 * + 2 parts and so on, so that neighbouring threads read neighbouring elements. Needs `parts ≤ length`.
 */
function reduceParts(
  device: Device,
  { rows, length, parts }: { readonly rows: number; readonly length: number; readonly parts: number },
): (x: TensorInfo) => TensorInfo {
  const language = languageOf(device);
  const launch = prepare(device, {
    shape: [rows, parts],
    inputs: 1,
    words: [],
    functions: '',
    body: [
      defineCoordinates(language, 'at', 2),
      language.variable('float', 'result', loadAt(0, 'at.x', 'at.y')),
      language.repeat('i', Math.ceil(length / parts) - 1, [
        language.define('int', 'column', `at.y + (i + 1) * ${parts}`),
        `if (column < ${length}) { result = max(result, ${loadAt(0, 'at.x', 'column')}); }`,
      ]),
      store(language, 'result'),
    ],
  });
  return (x) => launch([x]);
}
