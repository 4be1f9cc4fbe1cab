import type { TensorInfo } from '@tensorflow/tfjs';
import { type BoundShape, elementCount, type NodeOf, type NodeShapes } from '@vardrop/core/program';
import type { Device } from '../device/device.js';
import type { Lowering } from '../device/lowering.js';
import { reshape } from '../device/shape.js';
import type { Language } from './language.js';
import { languageOf, loadAt, place, prepare, store } from './program.js';

/** Elements `starts + j · steps` along each axis. */
export function slice(device: Device, { starts, steps }: NodeOf<'slice', BoundShape>, shapes: NodeShapes): Lowering {
  const l = languageOf(device);
  const strides = stridesOf(shapes.operands[0]);
  const [define, coordinates] = coordinatesIn(l, shapes.out);
  const origin = strides.reduce((sum, stride, axis) => sum + starts[axis] * stride, 0);
  const offsets = coordinates.map((at, axis) => `${at} * ${steps[axis] * strides[axis]}`);
  return flat(device, shapes, [...define, store(l, loadAt(0, [origin, ...offsets].join(' + ')))]);
}

/** Adds elements around a tensor and between its elements. */
export function pad(
  device: Device,
  { value, before, interior }: NodeOf<'pad', BoundShape>,
  shapes: NodeShapes,
): Lowering {
  const l = languageOf(device);
  const [operand] = shapes.operands;
  const strides = stridesOf(operand);
  const [define, coordinates] = coordinatesIn(l, shapes.out);
  const moved = operand.map((length, axis) => {
    const pitch = interior[axis] + 1;
    return {
      // For a negative number the quotient is not used.
      define: [
        l.define('int', `to${axis}`, `${coordinates[axis]} - ${before[axis]}`),
        l.define('int', `from${axis}`, `to${axis} / ${pitch}`),
      ],
      inside: `to${axis} >= 0 && from${axis} * ${pitch} == to${axis} && from${axis} < ${length}`,
      offset: `from${axis} * ${strides[axis]}`,
    };
  });
  return flat(device, shapes, [
    ...define,
    ...moved.flatMap((axis) => axis.define),
    l.variable('float', 'result', numberOrNot(l, value)),
    `if (${moved.map(({ inside }) => inside).join(' && ') || 'true'}) { result = ${loadAt(0, moved.map(({ offset }) => offset).join(' + ') || '0')}; }`,
    store(l, 'result'),
  ]);
}

/** Rows of a table by number. A number that is not a row's number reads some row and discards it. */
export function gather(device: Device, shapes: NodeShapes): Lowering {
  const l = languageOf(device);
  const [[rows, ...rest]] = shapes.operands;
  const width = elementCount(rest);
  return flat(device, shapes, [
    l.define('int', 'at', l.toInt(place(l))),
    l.define('int', 'position', `at / ${width}`),
    l.define('float', 'wanted', loadAt(1, 'position')),
    l.define('float', 'near', `max(min(wanted, ${l.number(rows - 1)}), ${l.number(0)})`),
    l.define('int', 'row', `max(min(${l.toInt('near')}, ${rows - 1}), 0)`),
    l.define('float', 'value', loadAt(0, `row * ${width} + (at - position * ${width})`)),
    store(l, l.select(`${l.toFloat('row')} == wanted`, 'value', l.number(0))),
  ]);
}

/** A launch that reads and writes row-major lists of the elements. */
function flat(device: Device, { out, operands }: NodeShapes, body: readonly string[]): Lowering {
  const launch = prepare(device, {
    shape: [elementCount(out)],
    inputs: operands.length,
    words: [],
    functions: '',
    body,
  });
  return (values) => device.scoped(() => reshape(device, launch(values.map((x) => flatten(device, x))), out));
}

/** A row-major list of a tensor's elements. */
export const flatten = (device: Device, x: TensorInfo) => reshape(device, x, [elementCount(x.shape)]);

/** Statements that define the thread's coordinates in `shape`, and the names of the coordinates. */
function coordinatesIn(l: Language, shape: readonly number[]): readonly [string[], string[]] {
  const strides = stridesOf(shape);
  const names = shape.map((_, axis) => `at${axis}`);
  const define = names.map((name, axis) =>
    l.define('int', name, axis === 0 ? `index0 / ${strides[0]}` : `(index0 / ${strides[axis]}) % ${shape[axis]}`),
  );
  return [[l.define('int', 'index0', l.toInt(place(l))), ...define], names];
}

/** The distance between neighbours along each axis, in elements. */
const stridesOf = (shape: readonly number[]) => shape.map((_, axis) => elementCount(shape.slice(axis + 1)));

/** A literal, also for infinities and NaN. */
function numberOrNot(l: Language, value: number): string {
  const rounded = Math.fround(value);
  if (Number.isFinite(rounded)) return l.number(value);
  return Number.isNaN(rounded) ? l.nan : rounded > 0 ? l.infinity : `-${l.infinity}`;
}
