import { elementCount, type NodeShapes } from '@vardrop/core/program';
import { createKernel, type Kernel } from '../kernel.js';
import { addScaled, increase, limit, scaled, sumOf } from '../write/integers.js';
import { cutItems, placesOf } from '../write/tasks.js';
import { storeFirst, walkRow } from '../write/walkRow.js';
import { createFunction, type FunctionWriter, type Local } from '../write/wasmWriter.js';
import { type ConvolutionNode, type Geometry, geometryOf } from './geometryOf.js';
import { type Block, channelsOfVector, createGroupReading, type GroupReading } from './groupReading.js';
import { sumSlots } from './sumSlots.js';
import { writeBlockedFilterGradient } from './writeBlockedFilterGradient.js';

/** A low estimate. */
const nanosecondsPerProduct = 0.1;

/**
 * The most columns, and the most rows, whose products are added up in one sum. Sums of partial sums lose less accuracy.
 */
const longestSum = 1024;

/** The state while a gradient is being written: its function, the geometry, and addresses. */
interface Writing {
  readonly w: FunctionWriter;
  readonly geometry: Geometry;
  readonly reading: GroupReading;
  /** The address at which sums of a row's products are added. */
  readonly sums: Local;
  /** The current row among the rows of all images, its image, and its number in that image. */
  readonly row: Local;
  readonly sample: Local;
  readonly place: Local;
}

/** Each task has sums of its own, which take time to add up. */
const mostTasks = 32;
/** The most elements of scratch memory, unless sums would be too long otherwise. */
const mostScratch = 1 << 20;

/**
 * The gradient with respect to the filter of a convolution. For each cell of the filter, blocks of channels
 * are summed in registers along a row of the result. The sums of the rows are added up in memory, those of each task apart.
 */
export function writeFilterGradient(node: ConvolutionNode, shapes: NodeShapes): Kernel {
  const geometry = geometryOf(node, shapes);
  const { filter, result } = geometry;
  const [batch, rows, columns, out] = result;
  const size = elementCount(filter);
  const lines = batch * rows;
  const cut = cutItems(lines, columns * size * nanosecondsPerProduct);
  const parts = Math.max(Math.ceil(lines / longestSum), Math.min(cut.tasks, mostTasks, Math.ceil(mostScratch / size)));
  const linesOfPart = Math.ceil(lines / parts);
  const tasks = Math.ceil(lines / linesOfPart);
  if (node.groups === 1 && columns <= longestSum) return writeBlockedFilterGradient(geometry, tasks);
  const addresses = tasks > 1 ? 4 : 3;
  const slots = tasks > 1 ? 3 : 2;
  const w = createFunction(addresses);
  const reading = createGroupReading(w, { groups: node.groups, perGroup: filter[2], outPerGroup: out / node.groups });
  const [task, row, sums, end] = Array.from({ length: 4 }, () => w.i32());
  const addPart = () => {
    w.get(slots);
    addScaled(w, task, 4 * size);
    w.set(sums);
    clear(w, sums, size);
    const start = w.i32();
    scaled(w, task, linesOfPart);
    w.tee(start);
    w.integer(linesOfPart);
    w.plain('i32Add');
    w.set(end);
    limit(w, end, 'smaller', () => w.integer(lines));
    const addRow = () => {
      const [sample, place] = placesOf(w, row, [batch, rows]);
      addRowOfProducts({ w, geometry, reading, sums, row, sample, place });
    };
    w.loop(row, end, 1, addRow, start);
  };
  w.loop(task, w.end, 1, addPart, w.first);
  const phases = [
    { code: w, tasks },
    ...(tasks > 1 ? [sumSlots(addresses, { slots: tasks, size, source: slots, before: 0, target: 2 })] : []),
  ];
  return createKernel(phases, [{ shape: filter }], tasks > 1 ? tasks * size : undefined);
}

function clear(w: FunctionWriter, tensor: Local, size: number): void {
  const zero = w.v128();
  w.floats(0);
  w.set(zero);
  walkRow(w, size, (at, count) => storeFirst(w, count, () => sumOf(w, tensor, at), zero));
}

/** Adds the products of one row of dy, block by block, so that the data of a block stay in the cache. */
function addRowOfProducts(writing: Writing): void {
  const { w, geometry, sample, place, reading } = writing;
  const { image, filter, window } = geometry;
  const [, height, width, channels] = image;
  const [i, y, line] = Array.from({ length: 3 }, () => w.i32());
  reading.eachBlock(filter[3], (block) => {
    w.loop(i, { constant: filter[0] }, 1, () => {
      scaled(w, place, window.strides[0]);
      addScaled(w, i, window.dilations[0]);
      w.integer(window.padding[0]);
      w.plain('i32Sub');
      w.tee(y);
      w.integer(height);
      w.plain('i32LtU');
      w.when(() => {
        w.get(0);
        addScaled(w, sample, 4 * height * width * channels);
        addScaled(w, y, 4 * width * channels);
        reading.addStart();
        w.set(line);
        addCells(writing, block, i, line);
      });
    });
  });
}

/**
 * Adds the products of a row of dy with a row of the image, which starts at `line`, to the cells of row i of the
 * filter.
 */
function addCells(writing: Writing, block: Block, i: Local, line: Local): void {
  const { w, geometry, row, sums } = writing;
  const { filter, result, window, image } = geometry;
  const [, kernelWidth, perGroup, out] = filter;
  const [j, offset, cell, piece, first, last, pixel, gradient] = Array.from({ length: 8 }, () => w.i32());
  w.loop(j, { constant: kernelWidth }, 1, () => {
    scaled(w, j, window.dilations[1]);
    w.integer(window.padding[2]);
    w.plain('i32Sub');
    w.set(offset);
    sumOf(w, sums, block.at);
    addScaled(w, i, 4 * kernelWidth * perGroup * out);
    addScaled(w, j, 4 * perGroup * out);
    w.set(cell);
    w.loop(piece, { constant: Math.ceil(result[2] / longestSum) }, 1, () => {
      findColumns(writing, piece, offset, first, last);
      w.get(last);
      w.get(first);
      w.plain('i32GtS');
      w.when(() => {
        w.get(last);
        w.get(first);
        w.plain('i32Sub');
        w.set(last);
        w.get(line);
        addScaled(w, first, 4 * window.strides[1] * image[3]);
        addScaled(w, offset, 4 * image[3]);
        w.set(pixel);
        sumOf(w, 1, block.at);
        addScaled(w, row, 4 * result[2] * out);
        addScaled(w, first, 4 * out);
        w.set(gradient);
        addColumns(writing, block, { count: last, pixel, gradient, cell });
      });
    });
  });
}

/**
 * Finds the columns of dy in one piece whose pixel, `column · stride + offset`, is inside the image: `first` up to
 * `last`.
 */
function findColumns({ w, geometry }: Writing, piece: Local, offset: Local, first: Local, last: Local): void {
  const stride = geometry.window.strides[1];
  const [, , width] = geometry.image;
  for (const [local, from] of [
    [first, stride - 1],
    [last, width + stride - 1],
  ]) {
    w.integer(from);
    w.get(offset);
    w.plain('i32Sub');
    w.set(local);
    limit(w, local, 'larger', () => w.integer(0));
    w.get(local);
    w.integer(stride);
    w.plain('i32DivU');
    w.set(local);
  }
  limit(w, first, 'larger', () => scaled(w, piece, longestSum));
  limit(w, last, 'smaller', () => w.integer(geometry.result[2]));
  limit(w, last, 'smaller', () => {
    w.integer(longestSum);
    addScaled(w, piece, longestSum);
  });
}

/** Adds the products of a block with a group's channels of `count` columns to a cell of the filter. */
function addColumns(
  { w, geometry, reading }: Writing,
  block: Block,
  of: { readonly count: Local; readonly pixel: Local; readonly gradient: Local; readonly cell: Local },
): void {
  const [, , perGroup, out] = geometry.filter;
  const step = 4 * geometry.window.strides[1] * geometry.image[3];
  const [p, turn, from, by, to] = Array.from({ length: 5 }, () => w.i32());
  const sums = Array.from({ length: block.vectors }, () => w.v128());
  w.loop(p, { constant: perGroup }, 1, () => {
    w.get(of.pixel);
    addScaled(w, p, 4);
    w.set(from);
    w.get(of.gradient);
    w.set(by);
    w.get(of.cell);
    addScaled(w, p, 4 * out);
    w.set(to);
    for (const sum of sums) {
      w.floats(0);
      w.set(sum);
    }
    w.loop(turn, of.count, 1, () => {
      const read = reading.load(from, block);
      sums.forEach((sum, v) => {
        w.get(read[v]);
        w.get(by);
        w.load(16 * v);
        w.addProduct(sum);
      });
      increase(w, from, step);
      increase(w, by, 4 * out);
    });
    sums.forEach((sum, v) => {
      w.get(sum);
      w.get(to);
      w.load(16 * v);
      w.simd('add');
      w.set(sum);
      storeFirst(w, channelsOfVector(block, v), () => w.get(to), sum, 16 * v);
    });
  });
}
