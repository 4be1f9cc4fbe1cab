import type { TensorInfo } from '@tensorflow/tfjs';
import type { Device } from '../device.js';
import type { Lowering, Shapes } from '../lower/lowering.js';
import { reshape, sizeOf, transpose } from '../lower/shape.js';
import type { Language } from './language.js';
import { defineCoordinates, languageOf, loadAt, prepare, store } from './program.js';

/** The longest row that one thread goes through by itself. */
const longestRow = 64;

/** Maximum over axes. (tfjs's webgl kernel starts from −1e20, and so never goes below.) */
export function reduceMax(device: Device, axes: readonly number[], shapes: Shapes): Lowering {
  const [operand] = shapes.operands;
  const kept = operand.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const permutation = [...kept, ...axes];
  const rows = sizeOf(kept.map((axis) => operand[axis]));
  const stages: ((x: TensorInfo) => TensorInfo)[] = [];
  for (let length = sizeOf(axes.map((axis) => operand[axis])); stages.length === 0 || length > 1; ) {
    const part = length <= longestRow ? length : Math.ceil(Math.sqrt(length));
    stages.push(maxOfParts(device, rows, length, part));
    length = Math.ceil(length / part);
  }
  const inOrder = permutation.every((from, axis) => from === axis);
  return ([x]) =>
    device.scoped(() => {
      const moved = inOrder ? x : transpose(device, x, permutation);
      const matrix = reshape(device, moved, [rows, sizeOf(operand) / rows]);
      return reshape(
        device,
        stages.reduce((values, stage) => stage(values), matrix),
        shapes.out,
      );
    });
}

/** Of each row of `length`, the maxima of its parts. */
function maxOfParts(device: Device, rows: number, length: number, part: number): (x: TensorInfo) => TensorInfo {
  const language = languageOf(device) as Language;
  const launch = prepare(device, {
    shape: [rows, Math.ceil(length / part)],
    inputs: 1,
    words: [],
    functions: '',
    body: [
      defineCoordinates(language, 'at', 2),
      language.define('int', 'first', `at.y * ${part}`),
      language.variable('float', 'best', loadAt(0, 'at.x', 'first')),
      language.repeat('i', part, [
        // The last part may be shorter: its last element again.
        language.define('int', 'column', `min(first + i, ${length - 1})`),
        `best = max(best, ${loadAt(0, 'at.x', 'column')});`,
      ]),
      store(language, 'best'),
    ],
  });
  return (x) => launch([x]);
}
