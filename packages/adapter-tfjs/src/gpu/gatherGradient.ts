import type { TensorInfo } from '@tensorflow/tfjs';
import { elementCount } from '@vardrop/core/program';
import type { Device } from '../device/device.js';
import type { Lowering, Shapes } from '../device/lowering.js';
import { reshape } from '../device/shape.js';
import { addInBlocks } from './blocks.js';
import { flatten } from './movement.js';
import { defineCoordinates, languageOf, loadAt, place, prepare, store, word } from './program.js';

/** Positions that one launch goes through at the most, so that no term goes through too many additions. */
const longestPart = 2 ** 17;

/**
 * Sums of the rows of dy by their number. One launch finds the first position of each number, one from each position the next
 * of the same number, and in the last each element's thread goes from one to the next. Positions of more turns than a thread
 * makes are cut into parts, each of which adds to the sums of those before it.
 */
export function gatherGradient(device: Device, shapes: Shapes): Lowering {
  const l = languageOf(device);
  const [rows, ...rest] = shapes.out;
  const width = elementCount(rest);
  const count = elementCount(shapes.operands[0]);
  const parts = Math.ceil(count / Math.min(device.turns, longestPart));
  const length = Math.ceil(count / parts);
  const start = l.define('int', 'start', l.toInt(word(l, 'first')));
  const common = { words: ['first'], functions: '' };
  /** Looks through a part from position `after` on for the number `wanted`. */
  const find = (after: string, wanted: string) => [
    l.variable('float', 'found', l.number(-1)),
    l.repeat('i', length, [
      l.define('int', 'position', `${after} + i`),
      `if (position >= ${length} || start + position >= ${count}) { break; }`,
      `if (${loadAt(0, 'start + position')} == ${wanted}) { found = ${l.toFloat('position')}; break; }`,
    ]),
    store(l, 'found'),
  ];
  const firstOf = prepare(device, {
    ...common,
    shape: [rows],
    inputs: 1,
    body: [start, l.define('float', 'row', l.toFloat(place(l))), ...find('0', 'row')],
  });
  const nextOf = prepare(device, {
    ...common,
    shape: [length],
    inputs: 1,
    body: [
      start,
      l.define('int', 'own', l.toInt(place(l))),
      l.define('float', 'number', loadAt(0, `min(start + own, ${count - 1})`)),
      ...find('own + 1', 'number'),
    ],
  });
  const addRows = (adds: boolean) =>
    prepare(device, {
      ...common,
      shape: [rows, width],
      inputs: adds ? 4 : 3,
      body: [
        start,
        defineCoordinates(l, 'at', 2),
        l.variable('int', 'position', l.toInt(loadAt(0, 'at.x'))),
        ...addInBlocks(l, length, adds ? loadAt(3, 'at.x', 'at.y') : l.number(0), (add) => [
          'if (position < 0) { break; }',
          add(loadAt(2, 'start + position', 'at.y')),
          `position = ${l.toInt(loadAt(1, 'position'))};`,
        ]),
        store(l, 'total'),
      ],
    });
  const [launch, launchNext] = [addRows(false), addRows(true)];
  return ([indices, dy]) =>
    device.scoped(() => {
      const list = flatten(device, indices);
      const matrix = reshape(device, dy, [count, width]);
      let sums: TensorInfo | undefined;
      for (let first = 0; first < count; first += length) {
        const before = sums;
        sums = device.scoped(() => {
          const places = [firstOf([list], [first]), nextOf([list], [first]), matrix];
          return before ? launchNext([...places, before], [first]) : launch(places, [first]);
        });
      }
      return reshape(device, sums as TensorInfo, shapes.out);
    });
}
