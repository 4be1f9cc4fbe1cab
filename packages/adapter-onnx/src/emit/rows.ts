import type { Shape } from '@vardrop/core/program';
import type { ValueName } from '../model/graph.js';
import { dataTypes } from '../model/schema.js';
import type { Emission } from './emission.js';
import { reshape } from './movement.js';

/** Rows of a table by their numbers; zeros for numbers of no row. */
export function gather(emission: Emission): ValueName {
  const { graph, operands, shapes, name } = emission;
  const [[count, ...rest], index] = shapes.operands as readonly [readonly number[], Shape];
  const { rows, inside } = readRows(operands[1], index, rest.length, count, emission);
  const read = graph.node('Gather', [operands[0], rows], `${name}/read`, { axis: 0 });
  return graph.node('Where', [inside, read, graph.constant([0], [])], name);
}

/** Sums of the rows of dy with the same number. */
export function gatherGradient(emission: Emission): ValueName {
  const { graph, operands, shapes, name } = emission;
  const [index] = shapes.operands;
  const [count, ...rest] = shapes.out as readonly number[];
  const { rows, inside } = readRows(operands[0], index, rest.length, count, emission);
  const size = rest.reduce((product, n) => product * n, 1);
  const zero = graph.constant([0], []);
  // Zeros are added to the first row for what is left out.
  const kept = graph.node('Where', [inside, operands[1], zero], `${name}/kept`);
  const updates = graph.node('Reshape', [kept, graph.integers([-1, size])], `${name}/updates`);
  const places = graph.node('Reshape', [rows, graph.integers([-1, 1])], `${name}/places`);
  // One element after the other, in order: the runtime shares the rows of ScatterND out among threads, which race.
  const zeros = graph.node('Expand', [zero, graph.integers([count, size])], `${name}/zeros`);
  const lengths = graph.node('Shape', [updates], `${name}/shape`);
  const repeated = graph.node('Expand', [places, lengths], `${name}/repeated`);
  const sums = graph.node('ScatterElements', [zeros, repeated, updates], `${name}/sums`, { axis: 0, reduction: 'add' });
  return reshape(graph, sums, shapes.out, name);
}

/**
 * Numbers as integers, 0 in the place of those of no row, and whether each is one of a row, with `trailing` axes of length 1
 * more.
 */
function readRows(indices: ValueName, shape: Shape, trailing: number, count: number, { graph, name }: Emission) {
  const zero = graph.constant([0], []);
  const floor = graph.node('Floor', [indices], `${name}/floor`);
  const above = graph.node('Max', [floor, zero], `${name}/above`);
  const nearest = graph.node('Min', [above, graph.constant([count - 1], [])], `${name}/nearest`);
  const isRow = graph.node('Equal', [indices, nearest], `${name}/isRow`);
  const safe = graph.node('Where', [isRow, indices, zero], `${name}/safe`);
  return {
    rows: graph.node('Cast', [safe], `${name}/rows`, { to: dataTypes.int64 }),
    inside:
      trailing === 0 ? isRow : reshape(graph, isRow, [...shape, ...Array<number>(trailing).fill(1)], `${name}/inside`),
  };
}
