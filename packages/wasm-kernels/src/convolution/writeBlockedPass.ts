import { elementCount } from '@vardrop/core/program';
import { createKernel, fillPhase, type Kernel, type Phase } from '../kernel.js';
import type { Walk } from '../move/copies.js';
import { copySections } from '../move/writeCopies.js';
import { addScaled, assign, increase, limit, scaled } from '../write/integers.js';
import { cutItems, placesOf, type Section, writeSections } from '../write/tasks.js';
import { createFunction, type FunctionWriter, type Local } from '../write/wasmWriter.js';
import {
  addProducts,
  advance,
  clearSums,
  createSums,
  type Factor,
  partOf,
  rowsOfBlock,
  type Sums,
  storeSums,
  vectorsOfBlock,
} from './addProducts.js';
import { isPadded, type Moving, paddedShape, padSections } from './paddedImage.js';

/**
 * The most products that are added up in one sum, unless there are more channels. Sums of partial sums lose less accuracy, and so much of a
 * panel fits the cache.
 */
const longestSum = 768;
/** A low estimate. */
const nanosecondsPerProduct = 0.05;
/** Channels of the result whose factors lie together in a panel. */
const channelsOfPanel = 4 * vectorsOfBlock;

/** A filter in one group that moves over an image. */
export interface BlockedPass extends Moving {
  /** Operands: the image, and the filter with the way through it along the axes of `filter`. */
  readonly source: Local;
  readonly weights: Local;
  readonly walk: Walk;
}

/** Addresses of the result and of scratch memory. */
const [target, scratch] = [2, 3];

interface Writing extends BlockedPass {
  readonly w: FunctionWriter;
  readonly runs: Runs;
  readonly padded: readonly number[];
  readonly sums: Sums;
  /** Address of the padded image, and of the panels. */
  readonly base: Local;
  readonly panels: Local;
}

/** How the cells of a window are gone through: in runs of neighbours, which are a row of the window or a cell. */
interface Runs {
  readonly count: number;
  readonly length: number;
  readonly areRows: boolean;
  /** Runs whose products are added up in one sum. */
  readonly ofGroup: number;
}

function runsOf({ filter: [height, width, channels], dilations }: BlockedPass): Runs {
  const areRows = dilations[1] === 1 && width * channels <= longestSum;
  const [count, length] = areRows ? [height, width * channels] : [height * width, channels];
  const most = Math.max(1, Math.floor(longestSum / length));
  return { count, length, areRows, ofGroup: Math.ceil(count / Math.ceil(count / most)) };
}

/**
 * A convolution in blocks of four pixels by eight channels of the result, whose sums stay in registers. It reads a padded copy of the image, and
 * a copy of the filter in panels of eight channels.
 */
export function writeBlockedPass(pass: BlockedPass): Kernel {
  const { image, result, filter, before } = pass;
  const padded = paddedShape(pass);
  const copied = isPadded(image, padded) ? elementCount(padded) : 0;
  const prepare = createFunction(4);
  const panels = prepare.i32();
  addressAfter(prepare, panels, copied);
  const sections = packSections(prepare, pass, panels);
  if (copied > 0) sections.push(...padSections(prepare, image, padded, before, [pass.source, scratch]));
  const w = createFunction(4);
  const base = w.i32();
  const runs = runsOf(pass);
  const writing = { ...pass, runs, w, padded, sums: createSums(w), base, panels: w.i32() };
  w.get(copied > 0 ? scratch : pass.source);
  w.set(base);
  addressAfter(w, writing.panels, copied);
  const phases: Phase[] = [
    ...(copied > 0 ? [fillPhase(4, scratch, copied, 0)] : []),
    { code: prepare, tasks: writeSections(prepare, sections) },
    { code: w, tasks: writeSections(w, tileSections(writing)) },
  ];
  const [, , , out] = filter;
  const width = channelsOfPanel * Math.ceil(out / channelsOfPanel);
  const initial = runs.ofGroup < runs.count ? { initial: 0 } : {};
  return createKernel(phases, [{ shape: result, ...initial }], copied + elementCount(filter.slice(0, 3)) * width);
}

function addressAfter(w: FunctionWriter, local: Local, elements: number): void {
  w.get(scratch);
  w.integer(4 * elements);
  w.plain('i32Add');
  w.set(local);
}

/** Copies the filter into panels. The last one has as many vectors as it needs. */
function packSections(w: FunctionWriter, { filter, walk, weights }: BlockedPass, panels: Local): Section[] {
  const depth = elementCount(filter.slice(0, 3));
  const [height, width, channels, out] = filter;
  const rest = out % channelsOfPanel;
  const whole = out - rest;
  const stepOfChannel = walk.steps[3];
  const section = (first: number, count: number, of: number, pitch: number) =>
    copySections(
      w,
      {
        lengths: [count, height, width, channels, of],
        from: {
          origin: walk.origin + first * stepOfChannel,
          steps: [channelsOfPanel * stepOfChannel, ...walk.steps],
        },
        to: {
          origin: first * depth,
          steps: [pitch * depth, width * channels * pitch, channels * pitch, pitch, 1],
        },
      },
      weights,
      panels,
    );
  return [
    ...(whole > 0 ? section(0, whole / channelsOfPanel, channelsOfPanel, channelsOfPanel) : []),
    ...(rest > 0 ? section(whole, 1, rest, 4 * Math.ceil(rest / 4)) : []),
  ];
}

/** Items are tiles of four pixels of the result, counted through all samples. The last pixels are a section of their own. */
function tileSections(writing: Writing): Section[] {
  const { w, result, filter, panels, runs } = writing;
  const depth = elementCount(filter.slice(0, 3));
  const out = filter[3];
  const wide = out - (out % channelsOfPanel);
  const pixels = elementCount(result.slice(0, 3));
  const rest = pixels % rowsOfBlock;
  const section = (count: number, start: number, rows: number): Section => {
    const [tile, panel, channel, run] = Array.from({ length: 4 }, () => w.i32());
    const write = (first: Local, end: Local) => {
      const ofPanel = (channels: number) => {
        const tiles = () =>
          w.loop(tile, end, 1, () => writeTile(writing, { start, rows, channels, channel, panel, tile, run }), first);
        w.loop(run, { constant: runs.count }, runs.ofGroup, tiles);
      };
      w.get(panels);
      w.set(panel);
      assign(w, channel, 0);
      if (wide > 0) {
        w.loop(channel, { constant: 4 * wide }, 4 * channelsOfPanel, () => {
          ofPanel(channelsOfPanel);
          increase(w, panel, 4 * depth * channelsOfPanel);
        });
      }
      if (wide < out) ofPanel(out - wide);
    };
    return { cut: cutItems(count, rows * depth * out * nanosecondsPerProduct), write };
  };
  return [
    ...(pixels > rest ? [section((pixels - rest) / rowsOfBlock, 0, rowsOfBlock)] : []),
    ...(rest > 0 ? [section(1, pixels - rest, rest)] : []),
  ];
}

/** Some rows of pixels, from `start + 4 · tile` on, by the channels of one panel. */
interface Tile {
  readonly start: number;
  readonly rows: number;
  readonly channels: number;
  /** The offset of the first channel, in bytes. */
  readonly channel: Local;
  readonly panel: Local;
  readonly tile: Local;
  /** The first run of the group. */
  readonly run: Local;
}

function writeTile(writing: Writing, { start, rows, channels, channel, panel, tile, run }: Tile): void {
  const { w, filter, runs } = writing;
  const out = filter[3];
  const ofVector = 16 * Math.ceil(channels / 4);
  const sums = partOf(writing.sums, rows, Math.ceil(channels / 4));
  const [pixel, values, from, last, to, first, end, turn] = Array.from({ length: 8 }, () => w.i32());
  scaled(w, tile, rowsOfBlock);
  w.integer(start);
  w.plain('i32Add');
  w.set(pixel);
  const { factors: pixels, rows: ofRows, columns: ofColumns } = locatePixels(writing, pixel, rows);
  w.get(run);
  w.set(first);
  w.get(run);
  w.integer(runs.ofGroup);
  w.plain('i32Add');
  w.set(end);
  limit(w, end, 'smaller', () => w.integer(runs.count));
  if (runs.areRows && hasOuterCells(writing, 0)) limitToImage(writing, 0, ofRows, [first, end]);
  const [left, right] = [w.i32(), w.i32()];
  assign(w, left, 0);
  assign(w, right, runs.length);
  if (runs.areRows && hasOuterCells(writing, 1)) {
    assign(w, right, filter[1]);
    limitToImage(writing, 1, ofColumns, [left, right]);
    for (const local of [left, right]) {
      scaled(w, local, filter[2]);
      w.set(local);
    }
  }
  const starts = [...new Set(pixels.map(({ address }) => address))];
  const places = starts.map(() => w.i32());
  const factors = pixels.map(({ address, offset }) => ({ address: places[starts.indexOf(address)], offset }));
  clearSums(w, sums);
  const add = () => {
    starts.forEach((start, i) => {
      w.get(start);
      pushOffsetOfRun(writing, turn);
      w.plain('i32Add');
      addScaled(w, left, 4);
      w.set(places[i]);
    });
    for (const [local, column] of [
      [from, left],
      [last, right],
    ]) {
      w.get(panel);
      addScaled(w, turn, ofVector * runs.length);
      addScaled(w, column, ofVector);
      w.set(local);
    }
    const addNext = () => {
      addProducts(w, sums, factors, values);
      advance(w, factors, 4);
    };
    w.loop(values, last, ofVector, addNext, from);
  };
  for (const [from, to] of [
    [first, end],
    [left, right],
  ]) {
    w.get(from);
    w.get(to);
    w.plain('i32LtS');
  }
  w.plain('i32And');
  w.when(() => w.loop(turn, end, 1, add, first));
  w.get(target);
  addScaled(w, pixel, 4 * out);
  w.get(channel);
  w.plain('i32Add');
  w.set(to);
  storeSums(w, sums, { target: to, pitch: 4 * out, columns: channels, adds: runs.ofGroup < runs.count });
}

/** Pushes the distance of a run from the first one, in bytes. */
function pushOffsetOfRun({ w, padded, filter, dilations, runs }: Writing, run: Local): void {
  const [, , width, channels] = padded;
  const ofRow = 4 * dilations[0] * width * channels;
  if (runs.areRows) {
    scaled(w, run, ofRow);
    return;
  }
  const [i, j] = placesOf(w, run, filter.slice(0, 2));
  scaled(w, i, ofRow);
  addScaled(w, j, 4 * dilations[1] * channels);
}

/** Whether tiles have rows (axis 0) or columns (axis 1) of their windows in which no pixel reads the image. */
function hasOuterCells({ image, padded, before, strides }: Writing, axis: 0 | 1): boolean {
  const within = axis === 0 ? 0 : (rowsOfBlock - 1) * strides[1];
  return Math.max(before[axis], padded[axis + 1] - image[axis + 1] - before[axis]) > within;
}

/** Leaves out the rows or columns of the window in which no pixel of a tile reads the image. */
function limitToImage(
  { w, image, strides, dilations, before }: Writing,
  axis: 0 | 1,
  { least, most }: Places,
  [first, end]: readonly [Local, Local],
): void {
  const [distance, at] = [w.i32(), w.i32()];
  for (const [local, to, from, place] of [
    [first, 'larger', before[axis], most],
    [end, 'smaller', before[axis] + image[axis + 1], least],
  ] as const) {
    // The first row or column of the window at or after a place of the image: ⌈(from − place · stride) / dilation⌉, or 0.
    w.integer(from + dilations[axis] - 1);
    addScaled(w, place, -strides[axis]);
    w.set(distance);
    limit(w, distance, 'larger', () => w.integer(0));
    w.get(distance);
    w.integer(dilations[axis]);
    w.plain('i32DivU');
    w.set(at);
    limit(w, local, to, () => w.get(at));
  }
}

/** Between which rows or columns of the result the pixels of a tile lie, both included. */
interface Places {
  readonly least: Local;
  readonly most: Local;
}

/**
 * Where the first numbers are that some pixels of the result read. Where rows are whole tiles, addresses are at fixed distances.
 */
function locatePixels(
  { w, base, result, padded, strides }: Writing,
  pixel: Local,
  count: number,
): { readonly factors: readonly Factor[]; readonly rows: Places; readonly columns: Places } {
  const [batch, rows, columns] = result;
  const [, height, width, channels] = padded;
  const ofColumn = 4 * strides[1] * channels;
  const locate = (r: number) => {
    const [of, address] = [w.i32(), w.i32()];
    w.get(pixel);
    w.integer(r);
    w.plain('i32Add');
    w.set(of);
    const [sample, row, column] = placesOf(w, of, [batch, rows, columns]);
    w.get(base);
    addScaled(w, sample, 4 * height * width * channels);
    addScaled(w, row, 4 * strides[0] * width * channels);
    addScaled(w, column, ofColumn);
    w.set(address);
    return { address, row, column };
  };
  const numbers = Array.from({ length: count }, (_, r) => r);
  if (columns % rowsOfBlock === 0) {
    const { address, row, column } = locate(0);
    const last = w.i32();
    w.get(column);
    w.integer(count - 1);
    w.plain('i32Add');
    w.set(last);
    const factors = numbers.map((r) => ({ address, offset: r * ofColumn }));
    return { factors, rows: { least: row, most: row }, columns: { least: column, most: last } };
  }
  const located = numbers.map(locate);
  const [first, last] = [located[0], located[count - 1]];
  return {
    factors: located.map(({ address }) => ({ address, offset: 0 })),
    rows: betweenPlaces(w, first.row, last.row, rows),
    columns: betweenPlaces(w, first.column, last.column, columns),
  };
}

/** The places between the first and the last pixel's: all `length`, if the pixels may go beyond the end of the axis. */
function betweenPlaces(w: FunctionWriter, first: Local, last: Local, length: number): Places {
  const [least, most] = [w.i32(), w.i32()];
  if (length < rowsOfBlock) {
    assign(w, least, 0);
    assign(w, most, length - 1);
    return { least, most };
  }
  for (const [local, place, otherwise] of [
    [least, first, 0],
    [most, last, length - 1],
  ]) {
    w.integer(otherwise);
    w.get(place);
    w.get(last);
    w.get(first);
    w.plain('i32LtS');
    w.plain('select');
    w.set(local);
  }
  return { least, most };
}
