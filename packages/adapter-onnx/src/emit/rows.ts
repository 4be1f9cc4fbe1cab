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

/** Sums of the rows of dy with the same number, in order. */
export function gatherGradient(emission: Emission): ValueName {
  const { graph, operands, shapes, name, style } = emission;
  const [index] = shapes.operands;
  const [count, ...rest] = shapes.out as readonly number[];
  const size = rest.reduce((product, n) => product * n, 1);
  if (style?.onGpu) return reshape(graph, productOfRows(emission, count, size), shapes.out, name);
  const { rows, inside } = readRows(operands[0], index, rest.length, count, emission);
  const zero = graph.constant([0], []);
  // Zeros are added to the first row for what is left out.
  const kept = graph.node('Where', [inside, operands[1], zero], `${name}/kept`);
  const updates = graph.node('Reshape', [kept, graph.integers([-1, size])], `${name}/updates`);
  const places = graph.node('Reshape', [rows, graph.integers([-1, 1])], `${name}/places`);
  const zeros = graph.node('Expand', [zero, graph.integers([count, size])], `${name}/zeros`);
  return reshape(graph, scatter(zeros, places, updates, emission), shapes.out, name);
}

/** Adds rows `[n, size]` to those of a table that `places`, `[n, 1]`, says. */
function scatter(table: ValueName, places: ValueName, rows: ValueName, { graph, name, style }: Emission): ValueName {
  if (style?.scattersInOrder) {
    return graph.node('ScatterND', [table, places, rows], `${name}/sums`, { reduction: 'add' });
  }
  // One number after the other on one thread, which takes several times as long.
  const lengths = graph.node('Shape', [rows], `${name}/shape`);
  const repeated = graph.node('Expand', [places, lengths], `${name}/repeated`);
  return graph.node('ScatterElements', [table, repeated, rows], `${name}/sums`, { axis: 0, reduction: 'add' });
}

/** Most elements of a matrix of zeros and ones. */
const mostOfProduct = 2 ** 24;

/**
 * The same as a product with a matrix that is 1 where a row has a number: on GPUs the runtime's threads race to scatter. Many
 * rows are made in several products.
 */
function productOfRows({ graph, operands, shapes, name }: Emission, count: number, size: number): ValueName {
  const terms = (shapes.operands[0] as readonly number[]).reduce((product, n) => product * n, 1);
  const numbers = reshape(graph, operands[0], [1, terms], `${name}/numbers`);
  const dy = reshape(graph, operands[1], [terms, size], `${name}/dy`);
  const most = Math.max(1, Math.floor(mostOfProduct / terms));
  const parts = Array.from({ length: Math.ceil(count / most) }, (_, part) => {
    const own = Float32Array.from({ length: Math.min(most, count - part * most) }, (_, i) => part * most + i);
    const rows = graph.constant(own, [own.length, 1], `${name}/rows`);
    const equal = graph.node('Equal', [rows, numbers], `${name}/equal`);
    const ones = graph.node('Cast', [equal], `${name}/ones`, { to: dataTypes.float });
    return graph.node('MatMul', [ones, dy], `${name}/sums`);
  });
  return parts.length > 1 ? graph.node('Concat', parts, `${name}/joined`, { axis: 0 }) : parts[0];
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
