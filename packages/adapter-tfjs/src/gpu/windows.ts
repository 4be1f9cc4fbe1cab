import type { NodeShapes } from '@vardrop/core/program';
import type { Device } from '../device/device.js';
import type { Lowering } from '../device/lowering.js';
import type { Language } from './language.js';
import { defineCoordinates, languageOf, loadAt, prepare, store } from './program.js';
import { overWindow, overWindowsOf, type Window } from './slidingWindow.js';

type Pool = Omit<Window, 'dilations'>;

/** Maximum or average of each window. Padding does not count. */
export function pool(device: Device, kind: 'max' | 'average', pooling: Pool, shapes: NodeShapes): Lowering {
  const l = languageOf(device);
  const [image] = shapes.operands;
  const start = kind === 'max' ? `-${l.infinity}` : l.number(0);
  const next = `best = ${kind === 'max' ? 'max(best, cell)' : 'best + cell'};`;
  return single(device, shapes, [
    defineCoordinates(l, 'at', 4),
    l.variable('float', 'best', start),
    ...overWindow(
      l,
      pooling,
      image,
      ['at.y', 'at.z'],
      [l.define('float', 'cell', loadAt(0, 'at.x', 'row', 'column', 'at.w')), next],
    ),
    store(l, kind === 'max' ? 'best' : `best * ${share(l, pooling, image, ['at.y', 'at.z'])}`),
  ]);
}

/**
 * The gradient goes to the first maximum of each window in row-major order. One launch finds its position in each
 * window, so that the next one need not search each window again for each of its cells.
 */
export function maxPool2dGradient(device: Device, pooling: Pool, shapes: NodeShapes): Lowering {
  const l = languageOf(device);
  const [image, pooled] = shapes.operands;
  const placeOf = (row: string, column: string) => l.toFloat(`${row} * ${pooling.size[1]} + ${column}`);
  const firstMaximum = single(device, { out: pooled, operands: [image] }, [
    defineCoordinates(l, 'at', 4),
    l.variable('float', 'best', l.number(0)),
    l.variable('float', 'place', l.number(-1)),
    ...overWindow(
      l,
      pooling,
      image,
      ['at.y', 'at.z'],
      [
        l.define('float', 'cell', loadAt(0, 'at.x', 'row', 'column', 'at.w')),
        `if (place < ${l.number(0)} || cell > best) { best = cell; place = ${placeOf('i', 'j')}; }`,
      ],
    ),
    store(l, 'place'),
  ]);
  const spread = single(device, { out: image, operands: [pooled, pooled] }, [
    defineCoordinates(l, 'at', 4),
    l.variable('float', 'total', l.number(0)),
    ...overWindowsOf(l, pooling, pooled, [
      `if (${loadAt(0, 'at.x', 'windowRow', 'windowColumn', 'at.w')} == ${placeOf('p', 'q')}) { total = total + ${loadAt(1, 'at.x', 'windowRow', 'windowColumn', 'at.w')}; }`,
    ]),
    store(l, 'total'),
  ]);
  return ([x, dy]) => device.scoped(() => spread([firstMaximum([x]), dy]));
}

/** Each image cell of a window gets an equal share of the window's gradient. */
export function averagePool2dGradient(device: Device, pooling: Pool, shapes: NodeShapes): Lowering {
  const l = languageOf(device);
  const [pooled] = shapes.operands;
  return single(device, shapes, [
    defineCoordinates(l, 'at', 4),
    l.variable('float', 'total', l.number(0)),
    ...overWindowsOf(l, pooling, pooled, [
      `total = total + ${loadAt(0, 'at.x', 'windowRow', 'windowColumn', 'at.w')} * ${share(l, pooling, shapes.out, ['windowRow', 'windowColumn'])};`,
    ]),
    store(l, 'total'),
  ]);
}

function single(device: Device, shapes: NodeShapes, body: readonly string[]): Lowering {
  return prepare(device, { shape: shapes.out, inputs: shapes.operands.length, words: [], functions: '', body });
}

/** One over the number of image cells in a window. */
function share(
  l: Language,
  { size, strides, padding }: Pool,
  image: readonly number[],
  place: readonly [string, string],
): string {
  const inside = (axis: 0 | 1) => {
    const start = `(${place[axis]} * ${strides[axis]} - ${padding[2 * axis]})`;
    return `(min(${start} + ${size[axis]}, ${image[axis + 1]}) - max(${start}, 0))`;
  };
  return `(${l.number(1)} / ${l.toFloat(`(${inside(0)} * ${inside(1)})`)})`;
}
