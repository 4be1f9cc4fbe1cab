import type { SlidingWindow } from '@vardrop/core/program';
import type { Device } from '../device/device.js';
import type { Lowering, Shapes } from '../device/lowering.js';
import type { Language } from './language.js';
import { defineCoordinates, languageOf, loadAt, prepare, store } from './program.js';

type Pool = SlidingWindow & { readonly size: readonly [number, number] };

/** Maximum or average of each window; padding takes no part. */
export function pool(device: Device, kind: 'max' | 'average', pooling: Pool, shapes: Shapes): Lowering {
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
 * The gradient goes to the first maximum of each window in row-major order. One launch finds its place in each window, so
 * that the other need not look through each window again for all of its places.
 */
export function maxPool2dGradient(device: Device, pooling: Pool, shapes: Shapes): Lowering {
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

/** Each cell of a window gets an equal share of its gradient, padding none. */
export function averagePool2dGradient(device: Device, pooling: Pool, shapes: Shapes): Lowering {
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

function single(device: Device, shapes: Shapes, body: readonly string[]): Lowering {
  return prepare(device, { shape: shapes.out, inputs: shapes.operands.length, words: [], functions: '', body });
}

/** For all cells of the image in a window, in row-major order: `body`, with the cell's place as `row` and `column`. */
function overWindow(
  l: Language,
  { size, strides, padding: [top, , left] }: Pool,
  [, height, width]: readonly number[],
  [windowRow, windowColumn]: readonly [string, string],
  body: readonly string[],
): string[] {
  return [
    l.repeat('i', size[0], [
      l.repeat('j', size[1], [
        l.define('int', 'row', `${windowRow} * ${strides[0]} + i - ${top}`),
        l.define('int', 'column', `${windowColumn} * ${strides[1]} + j - ${left}`),
        `if (row >= 0 && row < ${height} && column >= 0 && column < ${width}) {`,
        ...body,
        '}',
      ]),
    ]),
  ];
}

/** For all windows that see the thread's cell of the image: `body`, with their place as `windowRow` and `windowColumn`. */
function overWindowsOf(
  l: Language,
  { size, strides, padding: [top, , left] }: Pool,
  [, rows, columns]: readonly number[],
  body: readonly string[],
): string[] {
  const [down, across] = strides;
  return [
    l.repeat('p', size[0], [
      l.repeat('q', size[1], [
        l.define('int', 'fromTop', `at.y + ${top} - p`),
        l.define('int', 'fromLeft', `at.z + ${left} - q`),
        // Of a negative number the quotient is not looked at.
        l.define('int', 'windowRow', `fromTop / ${down}`),
        l.define('int', 'windowColumn', `fromLeft / ${across}`),
        `if (fromTop >= 0 && fromLeft >= 0 && windowRow * ${down} == fromTop && windowColumn * ${across} == fromLeft && windowRow < ${rows} && windowColumn < ${columns}) {`,
        ...body,
        '}',
      ]),
    ]),
  ];
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
