import { type BoundNode, type Convolution, elementCount, type NodeShapes } from '@vardrop/core/program';
import type { Device } from '../device/device.js';
import type { Lowering } from '../device/lowering.js';
import { reshape } from '../device/shape.js';
import { addInBlocks } from './blocks.js';
import type { Language } from './language.js';
import { defineCoordinates, languageOf, loadAt, place, prepare, store } from './program.js';
import { overWindow, overWindowsOf } from './slidingWindow.js';

/** The number of threads that keeps a graphics card busy. */
const enoughThreads = 2 ** 16;

/** A convolution in groups. Each element of the result has a thread, which reads only the channels of its group. */
export function conv2d(device: Device, window: Convolution, shapes: NodeShapes): Lowering {
  const l = languageOf(device);
  const [image, [height, width, perGroup, channels]] = shapes.operands;
  return oneLaunch(device, shapes, [
    l.define('int', 'start', `(at.w / ${channels / window.groups}) * ${perGroup}`),
    ...addRows(
      l,
      perGroup,
      `${loadAt(0, 'at.x', 'row', 'column', 'start + c')} * ${loadAt(1, 'i', 'j', 'c', 'at.w')}`,
      (cell, afterRow) => overWindow(l, { ...window, size: [height, width] }, image, ['at.y', 'at.z'], cell, afterRow),
    ),
  ]);
}

/** Gradient of the grouped convolution with respect to the image. */
export function conv2dInputGradient(device: Device, window: Convolution, shapes: NodeShapes): Lowering {
  const l = languageOf(device);
  const [[height, width, perGroup, channels], dy] = shapes.operands;
  const own = channels / window.groups;
  return oneLaunch(device, shapes, [
    l.define('int', 'group', `at.w / ${perGroup}`),
    l.define('int', 'channel', `at.w - group * ${perGroup}`),
    l.define('int', 'start', `group * ${own}`),
    ...addRows(
      l,
      own,
      `${loadAt(0, 'p', 'q', 'channel', 'start + c')} * ${loadAt(1, 'at.x', 'windowRow', 'windowColumn', 'start + c')}`,
      (cell, afterRow) => overWindowsOf(l, { ...window, size: [height, width] }, dy, cell, afterRow),
    ),
  ]);
}

/**
 * Turns of a thread's loops, including their ends, in a grouped convolution or its gradient with respect to the image;
 * 0 for other nodes.
 */
export function turnsInGroups(node: BoundNode, { operands }: NodeShapes): number {
  if ((node.op !== 'conv2d' && node.op !== 'conv2dInputGradient') || node.groups === 1) return 0;
  const [height, width, perGroup, channels] = operands[node.op === 'conv2d' ? 1 : 0];
  return height * (width * ((node.op === 'conv2d' ? perGroup : channels / node.groups) + 2) + 2) + 1;
}

/**
 * Gradient of the grouped convolution with respect to the filter. Threads share the positions of the window; another
 * launch adds up their sums.
 */
export function conv2dFilterGradient(
  device: Device,
  { strides, dilations, padding: [top, , left], groups }: Convolution,
  shapes: NodeShapes,
): Lowering {
  const l = languageOf(device);
  const [[, height, width], dy] = shapes.operands;
  const [, rows, columns] = dy;
  const [, filterWidth, perGroup, channels] = shapes.out;
  const size = elementCount(shapes.out);
  const places = elementCount(dy.slice(0, 3));
  const parts = partsOf(device, shapes);
  const length = Math.ceil(places / parts);
  const launch = prepare(device, {
    shape: [parts, size],
    inputs: 2,
    words: [],
    functions: '',
    body: [
      defineCoordinates(l, 'at', 2),
      l.define('int', 'cell', `at.y / ${perGroup * channels}`),
      l.define('int', 'channel', `at.y % ${channels}`),
      l.define('int', 'seen', `(at.y / ${channels}) % ${perGroup} + (channel / ${channels / groups}) * ${perGroup}`),
      l.define('int', 'down', `(cell / ${filterWidth}) * ${dilations[0]} - ${top}`),
      l.define('int', 'across', `(cell % ${filterWidth}) * ${dilations[1]} - ${left}`),
      ...addInBlocks(l, length, l.number(0), (add) => [
        l.define('int', 'own', `at.x * ${length} + i`),
        `if (own >= ${places}) { break; }`,
        l.define('int', 'image', `own / ${rows * columns}`),
        l.define('int', 'windowRow', `(own / ${columns}) % ${rows}`),
        l.define('int', 'windowColumn', `own % ${columns}`),
        l.define('int', 'row', `windowRow * ${strides[0]} + down`),
        l.define('int', 'column', `windowColumn * ${strides[1]} + across`),
        `if (row >= 0 && row < ${height} && column >= 0 && column < ${width}) {`,
        add(
          `${loadAt(0, 'image', 'row', 'column', 'seen')} * ${loadAt(1, 'image', 'windowRow', 'windowColumn', 'channel')}`,
        ),
        '}',
      ]),
      store(l, 'total'),
    ],
  });
  const addUp = prepare(device, {
    shape: [size],
    inputs: 1,
    words: [],
    functions: '',
    body: [
      l.define('int', 'own', l.toInt(place(l))),
      ...addInBlocks(l, parts, l.number(0), (add) => [add(loadAt(0, 'i', 'own'))]),
      store(l, 'total'),
    ],
  });
  return (operands) =>
    device.scoped(() => {
      const sums = launch(operands);
      return reshape(device, parts === 1 ? sums : addUp([sums]), shapes.out);
    });
}

/** How many threads share the positions of the window for each element of a filter's gradient. */
export function partsOf({ turns }: Device, { out, operands: [, dy] }: NodeShapes): number {
  const places = elementCount(dy.slice(0, 3));
  const useful = Math.min(Math.sqrt(places), enoughThreads / elementCount(out));
  return Math.ceil(Math.max(places / turns, useful));
}

/**
 * A sum over a window and `count` channels of each of its cells, row by row. `loops` writes the loops around the sum of
 * a cell.
 */
function addRows(
  l: Language,
  count: number,
  term: string,
  loops: (cell: readonly string[], afterRow: readonly string[]) => readonly string[],
): string[] {
  const zero = l.number(0);
  const cell =
    count === 1
      ? [l.define('int', 'c', '0'), `line = line + ${term};`]
      : [l.variable('float', 'sum', zero), l.repeat('c', count, [`sum = sum + ${term};`]), 'line = line + sum;'];
  return [
    l.variable('float', 'total', zero),
    l.variable('float', 'line', zero),
    ...loops(cell, ['total = total + line;', `line = ${zero};`]),
    store(l, 'total'),
  ];
}

function oneLaunch(device: Device, { out, operands }: NodeShapes, body: readonly string[]): Lowering {
  return prepare(device, {
    shape: out,
    inputs: operands.length,
    words: [],
    functions: '',
    body: [defineCoordinates(languageOf(device), 'at', 4), ...body],
  });
}
