import { boundShape, elementCount, isBoundShape, type Shape } from '@vardrop/core/program';
import type { ValueName } from '../model/graph.js';
import { dataTypes } from '../model/schema.js';
import type { Emission } from './emission.js';
import { reshape } from './movement.js';

/** Rows of a table by their numbers; zeros for numbers of no row. */
export function gather(emission: Emission): ValueName {
  const { graph, operands, shapes, name } = emission;
  const [table, index] = shapes.operands;
  const [count, ...rest] = boundShape(table);
  const [zero, last] = [graph.constant([0], []), graph.constant([count], [])];
  const isRow = rowTest(operands[1], count, emission);
  const read = (from: ValueName, numbers: ValueName, label: string) =>
    graph.node('Gather', [from, wholeNumbers(numbers, emission)], label, { axis: 0 });
  if (isBoundShape(index) && elementCount(index) < mostOfTable * count) {
    // A table that is larger than what is read of it is not copied.
    const rows = read(operands[0], graph.node('Where', [isRow, operands[1], zero], `${name}/safe`), `${name}/read`);
    return graph.node('Where', [withAxes(isRow, index, rest.length, emission), rows, zero], name);
  }
  // A row of zeros behind the others takes fewer passes over what is read than a choice.
  const zeros = graph.node('Expand', [zero, graph.integers([1, ...rest])], `${name}/zeros`);
  const extended = graph.node('Concat', [operands[0], zeros], `${name}/table`, { axis: 0 });
  return read(extended, graph.node('Where', [isRow, operands[1], last], `${name}/safe`), name);
}

/** Sums of the rows of dy with the same number, in order. */
export function gatherGradient(emission: Emission): ValueName {
  const { graph, operands, shapes, name, style } = emission;
  const [index] = shapes.operands;
  const [count, ...rest] = boundShape(shapes.out);
  const size = elementCount(rest);
  if (style?.onGpu) return reshape(graph, productOfRows(emission, count, size), shapes.out, name);
  const zero = graph.constant([0], []);
  const isRow = rowTest(operands[0], count, emission);
  const rows = wholeNumbers(graph.node('Where', [isRow, operands[0], zero], `${name}/safe`), emission);
  // Zeros are added to the first row for what is left out.
  const inside = withAxes(isRow, index, rest.length, emission);
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

/** Indices for each row of a table, from which on the table is copied. */
const mostOfTable = 1 / 4;

/** Most elements of a matrix of zeros and ones. */
const mostOfProduct = 2 ** 24;

/**
 * The same as a product with a matrix that is 1 where a row has a number: on GPUs the runtime's threads race to scatter. Many
 * rows are made in several products.
 */
function productOfRows({ graph, operands, shapes, name }: Emission, count: number, size: number): ValueName {
  const terms = elementCount(boundShape(shapes.operands[0]));
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

/** Whether numbers are those of one of `count` rows. */
function rowTest(numbers: ValueName, count: number, { graph, name }: Emission): ValueName {
  const floor = graph.node('Floor', [numbers], `${name}/floor`);
  const above = graph.node('Max', [floor, graph.constant([0], [])], `${name}/above`);
  const nearest = graph.node('Min', [above, graph.constant([count - 1], [])], `${name}/nearest`);
  return graph.node('Equal', [numbers, nearest], `${name}/isRow`);
}

/** Whole numbers of float32 as integers. */
function wholeNumbers(numbers: ValueName, { graph, name }: Emission): ValueName {
  return graph.node('Cast', [numbers], `${name}/rows`, { to: dataTypes.int64 });
}

/** A value with axes of length 1 behind its own. */
function withAxes(x: ValueName, shape: Shape, count: number, { graph, name }: Emission): ValueName {
  return count === 0 ? x : reshape(graph, x, [...shape, ...Array<number>(count).fill(1)], `${name}/column`);
}
