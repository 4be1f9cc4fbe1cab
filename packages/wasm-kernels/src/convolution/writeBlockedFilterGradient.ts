import { elementCount } from '@vardrop/core/program';
import { createKernel, fillPhase, type Kernel, type Phase } from '../kernel.js';
import { addScaled, assign, increase, limit, scaled } from '../write/integers.js';
import { placesOf, writeSections } from '../write/tasks.js';
import { storeFirst, walkRow } from '../write/walkRow.js';
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
import type { Geometry } from './geometryOf.js';
import { isPadded, paddedShape, padSections } from './paddedImage.js';
import { sumSlots } from './sumSlots.js';

/** Pixels of dy whose products are added up in one sum, if its rows are not longer. */
const longestSum = 512;
/** Bytes of the image and of dy that are read again for each block of the filter. */
const cached = 24 * 1024;

/** Addresses of the image, dy, the result, and scratch memory. */
const [source, gradient, target, scratch] = [0, 1, 2, 3];
const channelsOfBlock = 4 * vectorsOfBlock;

interface Writing extends Geometry {
  readonly w: FunctionWriter;
  readonly sums: Sums;
  readonly padded: readonly number[];
  readonly base: Local;
  /** The sums of the task. */
  readonly slot: Local;
  /** Rows of dy, counted through all samples. */
  readonly first: Local;
  readonly end: Local;
  /** The row of the first one in its image, and the distance of the row of the padded image that its window starts at, in bytes. */
  readonly firstRow: Local;
  readonly firstOffset: Local;
}

/**
 * The gradient of a filter in one group. Blocks of four places of the filter by eight channels of the result are summed in registers over
 * some rows of dy; each task adds those sums up in memory of its own. It reads a padded copy of the image.
 */
export function writeBlockedFilterGradient(geometry: Geometry, tasks: number): Kernel {
  const { image, filter, result, window } = geometry;
  const size = elementCount(filter);
  const lines = result[0] * result[1];
  const linesOfTask = Math.ceil(lines / tasks);
  const before = [window.padding[0], window.padding[2]] as const;
  const padded = paddedShape({ ...geometry, ...window, before });
  const copied = isPadded(image, padded) ? elementCount(padded) : 0;
  const slots = tasks > 1 ? tasks * size : 0;
  const addresses = copied + slots > 0 ? 4 : 3;
  const phases: Phase[] = [];
  if (copied > 0) {
    const prepare = createFunction(addresses);
    const sections = padSections(prepare, image, padded, before, [source, scratch]);
    phases.push(fillPhase(addresses, scratch, copied, 0), { code: prepare, tasks: writeSections(prepare, sections) });
  }
  const w = createFunction(addresses);
  const [base, slot, first, end, task, stop] = Array.from({ length: 6 }, () => w.i32());
  w.get(copied > 0 ? scratch : source);
  w.set(base);
  const writing = {
    ...geometry,
    w,
    sums: createSums(w),
    padded,
    base,
    slot,
    first,
    end,
    firstRow: w.i32(),
    firstOffset: w.i32(),
  };
  w.loop(
    task,
    w.end,
    1,
    () => {
      w.get(slots > 0 ? scratch : target);
      w.integer(slots > 0 ? 4 * copied : 0);
      w.plain('i32Add');
      addScaled(w, task, 4 * size);
      w.set(slot);
      clear(w, slot, size);
      scaled(w, task, linesOfTask);
      w.tee(first);
      w.integer(linesOfTask);
      w.plain('i32Add');
      w.set(stop);
      limit(w, stop, 'smaller', () => w.integer(lines));
      addLines(writing, stop);
    },
    w.first,
  );
  phases.push({ code: w, tasks });
  if (slots > 0) phases.push(sumSlots(addresses, { slots: tasks, size, source: scratch, before: copied, target }));
  return createKernel(phases, [{ shape: filter }], addresses === 4 ? copied + slots : undefined);
}

function clear(w: FunctionWriter, tensor: Local, size: number): void {
  const zero = w.v128();
  const address = (at: Local) => {
    w.get(tensor);
    w.get(at);
    w.plain('i32Add');
  };
  w.floats(0);
  w.set(zero);
  walkRow(w, size, (at, count) => storeFirst(w, count, () => address(at), zero));
}

/** Adds the products of the lines from `first` up to, and without, `stop`. */
function addLines(writing: Writing, stop: Local): void {
  const { w, filter, result, padded, first, end, window } = writing;
  const columns = result[2];
  const bytesOfLine = 4 * (columns * filter[3] + window.strides[0] * padded[2] * padded[3]);
  const most = Math.min(Math.floor(cached / bytesOfLine), Math.floor(longestSum / columns));
  const lines = Math.max(1, most, Math.min(result[0] * result[1], Math.ceil(32 / columns)));
  const [batch, rows] = result;
  const addBlocks = () => {
    const [sample, row] = placesOf(w, first, [batch, rows]);
    w.get(row);
    w.set(writing.firstRow);
    scaled(w, sample, 4 * elementCount(padded.slice(1)));
    addScaled(w, row, bytesOfRow(writing));
    w.set(writing.firstOffset);
    w.get(first);
    w.integer(lines);
    w.plain('i32Add');
    w.set(end);
    limit(w, end, 'smaller', () => w.get(stop));
    const channel = w.i32();
    const wide = filter[3] - (filter[3] % channelsOfBlock);
    if (wide > 0) {
      w.loop(channel, { constant: 4 * wide }, 4 * channelsOfBlock, () => addPlaces(writing, channel, channelsOfBlock));
    }
    if (wide === filter[3]) return;
    assign(w, channel, 4 * wide);
    addPlaces(writing, channel, filter[3] - wide);
  };
  const start = w.i32();
  w.get(first);
  w.set(start);
  w.loop(first, stop, lines, addBlocks, start);
}

/** Adds to all places of the filter, for so many channels of the result from an offset on. */
function addPlaces(writing: Writing, channel: Local, channels: number): void {
  const { w, filter } = writing;
  const depth = elementCount(filter.slice(0, 3));
  const rest = depth % rowsOfBlock;
  const place = w.i32();
  if (depth > rest) {
    w.loop(place, { constant: depth - rest }, rowsOfBlock, () =>
      addBlock(writing, { place, rows: rowsOfBlock, channel, channels }),
    );
  }
  if (rest === 0) return;
  assign(w, place, depth - rest);
  addBlock(writing, { place, rows: rest, channel, channels });
}

/** The distance of the windows of two rows of dy. */
const bytesOfRow = ({ window, padded }: Writing) => 4 * window.strides[0] * padded[2] * padded[3];

/** Some places of the filter, by some channels of the result. */
interface Block {
  readonly place: Local;
  readonly rows: number;
  /** In bytes. */
  readonly channel: Local;
  readonly channels: number;
}

function addBlock(writing: Writing, { place, rows, channel, channels }: Block): void {
  const { w, result, filter, window, padded, slot, first, end, firstRow, firstOffset } = writing;
  const sums = partOf(writing.sums, rows, Math.ceil(channels / 4));
  const [line, row, values, from, last, to, offset] = Array.from({ length: 7 }, () => w.i32());
  const [, lines, columns, out] = result;
  const places = locatePlaces(writing, place, rows);
  const starts = [...new Set(places.map(({ address }) => address))];
  const addresses = starts.map(() => w.i32());
  const factors = places.map((each) => ({ address: addresses[starts.indexOf(each.address)], offset: each.offset }));
  clearSums(w, sums);
  for (const [local, value] of [
    [row, firstRow],
    [offset, firstOffset],
  ]) {
    w.get(value);
    w.set(local);
  }
  w.get(gradient);
  addScaled(w, first, 4 * columns * out);
  w.get(channel);
  w.plain('i32Add');
  w.set(values);
  const addLine = () => {
    starts.forEach((start, i) => {
      w.get(start);
      w.get(offset);
      w.plain('i32Add');
      w.set(addresses[i]);
    });
    w.get(values);
    w.tee(from);
    w.integer(4 * columns * out);
    w.plain('i32Add');
    w.set(last);
    const add = () => {
      addProducts(w, sums, factors, values);
      advance(w, factors, 4 * window.strides[1] * padded[3]);
    };
    w.loop(values, last, 4 * out, add, from);
    increase(w, offset, bytesOfRow(writing));
    increase(w, row, 1);
    w.get(row);
    w.integer(lines);
    w.plain('i32Sub');
    w.plain('i32Eqz');
    w.when(() => {
      assign(w, row, 0);
      increase(w, offset, 4 * elementCount(padded.slice(1)) - lines * bytesOfRow(writing));
    });
  };
  w.loop(line, end, 1, addLine, first);
  w.get(slot);
  addScaled(w, place, 4 * filter[3]);
  w.get(channel);
  w.plain('i32Add');
  w.set(to);
  storeSums(w, sums, { target: to, pitch: 4 * out, columns: channels, adds: true });
}

/** Where the numbers of the first window are that multiply for some places of the filter. Neighbours are at fixed distances. */
function locatePlaces({ w, base, filter, padded, window }: Writing, place: Local, count: number): Factor[] {
  const [, kernelWidth, channels] = filter;
  const areNeighbours = window.dilations[1] === 1 && (kernelWidth * channels) % rowsOfBlock === 0;
  const located: Factor[] = [];
  for (let r = 0; r < count; r++) {
    if (r > 0 && (areNeighbours || channels % rowsOfBlock === 0)) {
      located.push({ address: located[0].address, offset: 4 * r });
      continue;
    }
    const [of, address] = [w.i32(), w.i32()];
    w.get(place);
    w.integer(r);
    w.plain('i32Add');
    w.set(of);
    const [i, j, channel] = placesOf(w, of, filter.slice(0, 3));
    w.get(base);
    addScaled(w, i, 4 * window.dilations[0] * padded[2] * channels);
    addScaled(w, j, 4 * window.dilations[1] * channels);
    addScaled(w, channel, 4);
    w.set(address);
    located.push({ address, offset: 0 });
  }
  return located;
}
