import { elementCount, type NodeShapes } from '@vardrop/core/program';
import { createKernel, type Kernel, type Phase } from '../kernel.js';
import { rowMajorSteps } from '../move/copies.js';
import { copySections } from '../move/writeCopies.js';
import { addScaled, increase, scaled, sumOf } from '../write/integers.js';
import { cutItems, placesOf, writeSections } from '../write/tasks.js';
import { storeFirst } from '../write/walkRow.js';
import { createFunction, type FunctionWriter, type Local } from '../write/wasmWriter.js';
import { type ConvolutionNode, geometryOf } from './geometryOf.js';
import { type Block, channelsOfVector, createGroupReading, type GroupReading } from './groupReading.js';
import { writeBlockedPass } from './writeBlockedPass.js';

/** The most products that are added up in one sum. */
const longestSum = 4096;

/** A low estimate. */
const nanosecondsPerProduct = 0.1;

/** A filter that moves over an image. */
interface Pass {
  readonly image: readonly number[];
  readonly result: readonly number[];
  /** `[kh, kw, channels of a group of the image, channels of the result]`. */
  readonly filter: readonly number[];
  readonly groups: number;
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Rows and columns of padding before the image. */
  readonly before: readonly [number, number];
  /** Distance between the image's pixels. There are zeros between them. */
  readonly spread: readonly [number, number];
  /** Addresses of the tensors. */
  readonly source: Local;
  readonly weights: Local;
  readonly target: Local;
}

/** A convolution. Blocks of channels of a pixel are added up in registers. */
export function writeConvolution(node: ConvolutionNode, shapes: NodeShapes): Kernel {
  const { image, filter, result } = geometryOf(node, shapes);
  const { groups, strides, dilations, padding } = node;
  const before = [padding[0], padding[2]] as const;
  if (groups === 1) {
    const walk = { origin: 0, steps: rowMajorSteps(filter) };
    return writeBlockedPass({ image, result, filter, strides, dilations, before, source: 0, weights: 1, walk });
  }
  const w = createFunction(3);
  const tensors = { source: 0, weights: 1, target: 2 };
  const pass = { image, result, filter, groups, strides, dilations, before, spread: [1, 1] as const, ...tensors };
  return createKernel([writePass(w, pass)], [{ shape: result }]);
}

/**
 * The gradient with respect to the image. It is itself a convolution: dy with `stride − 1` zeros between its cells,
 * with the reversed filter, whose channels are swapped within each group.
 */
export function writeInputGradient(node: ConvolutionNode, shapes: NodeShapes): Kernel {
  const { image, filter, result } = geometryOf(node, shapes);
  const { groups, strides, dilations, padding } = node;
  const [height, width, perGroup, out] = filter;
  const outPerGroup = out / groups;
  const cell = perGroup * out;
  const before = [(height - 1) * dilations[0] - padding[0], (width - 1) * dilations[1] - padding[2]] as const;
  if (groups === 1 && strides[0] === 1 && strides[1] === 1 && Math.min(...before) >= 0) {
    return writeBlockedPass({
      image: result,
      result: image,
      filter: [height, width, out, perGroup],
      strides,
      dilations,
      before,
      source: 1,
      weights: 0,
      walk: { origin: (height * width - 1) * cell, steps: [-width * cell, -cell, 1, out] },
    });
  }
  const turned = {
    lengths: [height, width, outPerGroup, groups, perGroup],
    from: { origin: (height * width - 1) * cell, steps: [-width * cell, -cell, 1, outPerGroup, out] },
    to: { origin: 0, steps: [width * cell, cell, groups * perGroup, perGroup, 1] },
  };
  const turn = createFunction(4);
  const pass = writePass(createFunction(4), {
    image: result,
    result: image,
    filter: [height, width, outPerGroup, groups * perGroup],
    groups,
    strides: [1, 1],
    dilations,
    before,
    spread: strides,
    source: 1,
    weights: 3,
    target: 2,
  });
  const turning = { code: turn, tasks: writeSections(turn, copySections(turn, turned, 0, 3)) };
  return createKernel([turning, pass], [{ shape: image }], height * width * cell);
}

/** The tasks are rows of the result. */
function writePass(w: FunctionWriter, pass: Pass): Phase {
  const { image, result, filter, groups, strides, before, target } = pass;
  const [batch, rows, columns, out] = result;
  const reading = createGroupReading(w, { groups, perGroup: filter[2], outPerGroup: out / groups });
  const [item, column, line, place] = Array.from({ length: 4 }, () => w.i32());
  const [origin, top, left] = [w.i32(), w.i32(), w.i32()];
  const sums = Array.from({ length: 4 }, () => w.v128());
  const eachColumn = (visit: () => void) =>
    w.loop(column, { constant: columns }, 1, () => {
      startOf(w, left, column, strides[1], before[1]);
      w.get(line);
      addScaled(w, column, 4 * out);
      w.set(place);
      visit();
    });
  const addUp = (block: Block) => {
    addCells(w, pass, reading, block, { sums, origin, top, left });
    for (let v = 0; v < block.vectors; v++) {
      storeFirst(w, channelsOfVector(block, v), () => sumOf(w, place, block.at), sums[v], 16 * v);
    }
  };
  const addRow = () => {
    const [sample, row] = placesOf(w, item, [batch, rows]);
    startOf(w, top, row, strides[0], before[0]);
    w.get(pass.source);
    addScaled(w, sample, 4 * image[1] * image[2] * image[3]);
    w.set(origin);
    w.get(target);
    addScaled(w, item, 4 * columns * out);
    w.set(line);
    if (reading.beginsSlowly) reading.eachBlock(out, (block) => eachColumn(() => addUp(block)));
    else eachColumn(() => reading.eachBlock(out, addUp));
  };
  const cut = cutItems(batch * rows, columns * out * elementCount(filter.slice(0, 3)) * nanosecondsPerProduct);
  const write = (first: Local, end: Local) => w.loop(item, end, 1, addRow, first);
  return { code: w, tasks: writeSections(w, [{ cut, write }]) };
}

/** Sets `start` to `counter · stride − before`. */
function startOf(w: FunctionWriter, start: Local, counter: Local, stride: number, before: number): void {
  scaled(w, counter, stride);
  w.integer(before);
  w.plain('i32Sub');
  w.set(start);
}

/** Adds to `sums` the products of a block with the filter's window, which starts at row `top` and column `left`. */
function addCells(
  w: FunctionWriter,
  pass: Pass,
  reading: GroupReading,
  block: Block,
  { sums, origin, top, left }: { sums: readonly Local[]; origin: Local; top: Local; left: Local },
): void {
  const { image, filter, dilations, spread, weights } = pass;
  const [, height, width, channels] = image;
  const [kernelHeight, kernelWidth, perGroup, out] = filter;
  const isLong = kernelHeight * kernelWidth * perGroup > longestSum;
  const ofCell = isLong ? sums.map(() => w.v128()) : sums;
  const [i, j, y, x, line, pixel, factors] = Array.from({ length: 7 }, () => w.i32());
  clear(w, sums, block.vectors);
  inside(
    w,
    { counter: i, count: kernelHeight, start: top, step: dilations[0], place: y, spread: spread[0] },
    height,
    () => {
      w.get(origin);
      addScaled(w, y, 4 * width * channels);
      reading.addStart();
      w.set(line);
      inside(
        w,
        { counter: j, count: kernelWidth, start: left, step: dilations[1], place: x, spread: spread[1] },
        width,
        () => {
          w.get(line);
          addScaled(w, x, 4 * channels);
          w.set(pixel);
          w.get(weights);
          scaled(w, i, kernelWidth);
          w.get(j);
          w.plain('i32Add');
          w.integer(4 * perGroup * out);
          w.plain('i32Mul');
          w.plain('i32Add');
          w.get(block.at);
          w.plain('i32Add');
          w.set(factors);
          if (isLong) clear(w, ofCell, block.vectors);
          addChannels(w, reading, block, { perGroup, pitch: 4 * out, pixel, factors, sums: ofCell });
          if (isLong) {
            for (let v = 0; v < block.vectors; v++) {
              w.get(sums[v]);
              w.get(ofCell[v]);
              w.simd('add');
              w.set(sums[v]);
            }
          }
        },
      );
    },
  );
}

function clear(w: FunctionWriter, sums: readonly Local[], count: number): void {
  for (const sum of sums.slice(0, count)) {
    w.floats(0);
    w.set(sum);
  }
}

/** Adds the products of a group's channels of one pixel. */
function addChannels(
  w: FunctionWriter,
  reading: GroupReading,
  block: Block,
  of: {
    readonly perGroup: number;
    readonly pitch: number;
    readonly pixel: Local;
    readonly factors: Local;
    readonly sums: readonly Local[];
  },
): void {
  const { perGroup, pitch, pixel, factors, sums } = of;
  const addOne = () => {
    const read = reading.load(pixel, block);
    for (let v = 0; v < block.vectors; v++) {
      w.get(read[v]);
      w.get(factors);
      w.load(16 * v);
      w.addProduct(sums[v]);
    }
  };
  if (perGroup === 1) {
    addOne();
    return;
  }
  w.loop(w.i32(), { constant: perGroup }, 1, () => {
    addOne();
    increase(w, pixel, 4);
    increase(w, factors, pitch);
  });
}

/**
 * Runs `body` for each turn of a loop whose position `start + counter · step` is the position of one of `length`
 * pixels. Sets `place` to the pixel's number.
 */
function inside(
  w: FunctionWriter,
  of: {
    readonly counter: Local;
    readonly count: number;
    readonly start: Local;
    readonly step: number;
    readonly place: Local;
    readonly spread: number;
  },
  length: number,
  body: () => void,
): void {
  const { counter, count, start, step, place, spread } = of;
  w.loop(counter, { constant: count }, 1, () => {
    w.get(start);
    addScaled(w, counter, step);
    w.tee(place);
    // As an unsigned number, a negative position is larger than any valid one.
    w.integer((length - 1) * spread + 1);
    w.plain('i32LtU');
    w.when(() => {
      if (spread === 1) {
        body();
        return;
      }
      w.get(place);
      w.integer(spread);
      w.plain('i32RemU');
      w.plain('i32Eqz');
      w.when(() => {
        w.get(place);
        w.integer(spread);
        w.plain('i32DivU');
        w.set(place);
        body();
      });
    });
  });
}
