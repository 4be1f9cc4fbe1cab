import type { TensorInfo } from '@tensorflow/tfjs';
import { elementCount, type NodeShapes } from '@vardrop/core/program';
import type { Device } from '../device/device.js';
import type { Lowering } from '../device/lowering.js';
import { reshape } from '../device/shape.js';
import { addInBlocks } from './blocks.js';
import { flatten } from './movement.js';
import { defineCoordinates, languageOf, loadAt, place, prepare, store, word } from './program.js';

/** The most positions in one launch, so that no term goes through too many additions. */
const longestPart = 2 ** 17;

/**
 * Adds up the rows of dy with the same number. One launch finds the first position of each number. One finds, for each
 * position, the next position of the same number. In the last launch the thread of each element follows these
 * positions. If there are more positions than a thread completes turns, they are cut into parts, and each part adds to
 * the sums of the parts before it.
 */
export function gatherGradient(device: Device, shapes: NodeShapes): Lowering {
  const l = languageOf(device);
  const [rows, ...rest] = shapes.out;
  const width = elementCount(rest);
  const count = elementCount(shapes.operands[0]);
  const parts = Math.ceil(count / Math.min(device.turns, longestPart));
  const length = Math.ceil(count / parts);
  const start = l.define('int', 'start', l.toInt(word(l, 'first')));
  const common = { words: ['first'], functions: '' };
  /** Searches a part for the number `wanted`, from position `after` on. */
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
