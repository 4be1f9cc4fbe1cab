import type { Convolution, NodeOf, Padding, Shape } from '@vardrop/core/program';
import type { GraphBuilder, ValueName } from '../model/graph.js';
import type { Emission } from './emission.js';
import { addAround, padBetween, reshape } from './movement.js';
import { readInPrecision } from './precision.js';

type Pooling = NodeOf<'maxPool2d' | 'averagePool2d' | 'maxPool2dGradient' | 'averagePool2dGradient'>;

/** ONNX's order: all beginnings, then all ends. */
const pads = ([top, bottom, left, right]: Padding) => [top, left, bottom, right];
/** `[batch, h, w, c]` to `[batch, c, h, w]`, which ONNX's windows take, and back. */
const channelsFirst = [0, 3, 1, 2];
const channelsLast = [0, 2, 3, 1];

const permute = (graph: GraphBuilder, value: ValueName, perm: readonly number[], name: string) =>
  graph.node('Transpose', [value], name, { perm });

/** Image ⋆ filter. */
export function conv2d(node: NodeOf<'conv2d'>, emission: Emission): ValueName {
  const { graph, shapes, name } = emission;
  const operands = readInPrecision(node.precision, emission);
  const image = permute(graph, operands[0], channelsFirst, `${name}/image`);
  const filter = permute(graph, operands[1], [3, 2, 0, 1], `${name}/filter`);
  const [height, width, , filters] = shapes.operands[1] as readonly number[];
  const sizes = { image: shapes.operands[0], window: [height, width], filters };
  const result = convolve([image, filter], sizes, node, emission);
  return permute(graph, result, channelsLast, name);
}

/** Gradient of `conv2d` in its image: the transposed convolution. */
export function conv2dInputGradient(node: NodeOf<'conv2dInputGradient'>, emission: Emission): ValueName {
  const { graph, operands, shapes, name, style } = emission;
  const { strides, padding, dilations, groups } = node;
  const [filterShape, dyShape] = shapes.operands as (readonly number[])[];
  // Cells of the image behind the last window: their gradient is 0.
  const left = ([0, 1] as const).map((axis) => {
    const covered = (dyShape[axis + 1] - 1) * strides[axis] + (filterShape[axis] - 1) * dilations[axis] + 1;
    return (shapes.out[axis + 1] as number) + padding[2 * axis] + padding[2 * axis + 1] - covered;
  });
  if (style?.onGpu && (groups > 1 || dilations.some((n) => n > 1))) return spreadAndConvolve(node, left, emission);
  const dy = permute(graph, operands[1], channelsFirst, `${name}/dy`);
  const filter = permute(graph, operands[0], [3, 2, 0, 1], `${name}/filter`);
  const attributes = { strides, dilations, group: groups, pads: pads(padding), output_padding: left };
  return permute(graph, graph.node('ConvTranspose', [dy, filter], `${name}/result`, attributes), channelsLast, name);
}

/**
 * The same as a convolution of dy, with zeros between its pixels in the place of strides, with the filter turned around: on
 * GPUs the runtime's ConvTranspose is wrong for some groups and dilations.
 */
function spreadAndConvolve(
  { strides, padding, dilations, groups }: Convolution,
  left: readonly number[],
  emission: Emission,
): ValueName {
  const { graph, operands, shapes, name } = emission;
  const [[height, width, own, filters], dyShape] = shapes.operands as (readonly number[])[];
  const interior = [0, strides[0] - 1, strides[1] - 1, 0];
  const after = [0, left[0], left[1], 0];
  const amounts = { value: 0, before: [0, 0, 0, 0], after, interior };
  const spreadOut = padBetween(graph, operands[1], dyShape, amounts, `${name}/spread`);
  const backwards = (x: ValueName, axis: number, length: number) =>
    graph.node('Gather', [x, graph.integers(range(length).reverse())], `${name}/turned`, { axis });
  const turned = backwards(backwards(operands[0], 0, height), 1, width);
  // `[h, w, in / groups, groups · out]` to `[groups · in / groups, out, h, w]`.
  const apart = reshape(graph, turned, [height, width, own, groups, filters / groups], `${name}/apart`);
  const swapped = permute(graph, apart, [3, 2, 4, 0, 1], `${name}/swapped`);
  const filter = reshape(graph, swapped, [groups * own, filters / groups, height, width], `${name}/filter`);
  const reach = [(height - 1) * dilations[0], (width - 1) * dilations[1]];
  const [top, bottom, leading, trailing] = padding;
  const around: Padding = [reach[0] - top, reach[0] - bottom, reach[1] - leading, reach[1] - trailing];
  const shape = [dyShape[0], ...[1, 2].map((i) => (dyShape[i] - 1) * strides[i - 1] + 1 + left[i - 1]), filters];
  const image = permute(graph, spreadOut, channelsFirst, `${name}/dy`);
  const convolution = { strides: [1, 1], padding: around, dilations, groups } as const;
  const sizes = { image: shape, window: [height, width], filters: groups * own };
  return permute(graph, convolve([image, filter], sizes, convolution, emission), channelsLast, name);
}

/**
 * Gradient of `conv2d` in its filter, itself a convolution: images and dy with batch and channels swapped, dy as the
 * filter, dilated by the strides.
 */
export function conv2dFilterGradient(node: NodeOf<'conv2dFilterGradient'>, emission: Emission): ValueName {
  const { graph, operands, shapes, name } = emission;
  const { strides, dilations, padding, groups } = node;
  const image = channelsOfGroups(operands[0], shapes.operands[0], groups, emission);
  const dy = permute(graph, operands[1], [3, 0, 1, 2], `${name}/dy`);
  const steps = { strides: dilations, dilations: strides, padding, groups };
  const [batch, rows, columns] = shapes.operands[0];
  const [height, width, own, filters] = shapes.out as readonly number[];
  const sizes = { image: [own, rows, columns, batch], window: shapes.operands[1].slice(1, 3), filters };
  const all = convolve([image, dy], sizes, steps, emission);
  // A last row that no window reached gives more shifts than the filter has cells.
  const cut = graph.node(
    'Slice',
    [all, graph.integers([0, 0]), graph.integers([height, width]), graph.integers([2, 3])],
    `${name}/result`,
  );
  return permute(graph, cut, [2, 3, 0, 1], name);
}

/** `[batch, h, w, groups · c]` as `[c, groups · batch, h, w]`: each group convolves its own images. */
function channelsOfGroups(x: ValueName, shape: Shape, groups: number, { graph, name }: Emission): ValueName {
  const [batch, height, width, channels] = shape as readonly number[];
  const own = channels / groups;
  if (groups === 1) return permute(graph, x, [3, 0, 1, 2], `${name}/image`);
  const apart = reshape(graph, x, [batch, height, width, groups, own], `${name}/groups`);
  const swapped = permute(graph, apart, [4, 3, 0, 1, 2], `${name}/swapped`);
  return graph.node('Reshape', [swapped, graph.integers([own, -1, height, width])], `${name}/image`);
}

/** Sizes of a convolution. */
interface Sizes {
  /** `[batch, h, w, c]` of the image; only the lengths of the first three axes are read. */
  readonly image: Shape;
  /** `[h, w]` of the filter. */
  readonly window: Shape;
  /** Channels of the result. */
  readonly filters: number;
}

/** Conv of an image and a filter with channels first. */
function convolve(
  [image, filter]: readonly [ValueName, ValueName],
  sizes: Sizes,
  convolution: Convolution,
  emission: Emission,
): ValueName {
  const { graph, name, style } = emission;
  const { image: shape, window, filters } = sizes;
  const { padding, strides, dilations, groups } = convolution;
  const [images] = shape;
  const most = style?.mostImages ?? Number.POSITIVE_INFINITY;
  if (typeof images === 'number' && images > most) {
    const runs = range(Math.ceil(images / most)).map((i) => {
      const [from, to] = [i * most, Math.min(images, (i + 1) * most)];
      const ends = [graph.integers([from]), graph.integers([to]), graph.integers([0])];
      const own = graph.node('Slice', [image, ...ends], `${name}/images`);
      return convolve([own, filter], { ...sizes, image: [to - from, ...shape.slice(1)] }, convolution, emission);
    });
    return concat(graph, runs, 0, `${name}/joined`);
  }
  const perGroup = filters / groups;
  if (style?.onGpu && groups > 1 && perGroup > 4 && perGroup % 4 > 0) {
    // The kernel on GPUs makes up to four channels at once, also of two groups. So each group's last one is made several times.
    const whole = 4 * Math.ceil(perGroup / 4);
    const made = range(groups * whole).map((i) => Math.floor(i / whole) * perGroup + Math.min(i % whole, perGroup - 1));
    const wider = graph.node('Gather', [filter, graph.integers(made)], `${name}/wider`, { axis: 0 });
    const result = convolve([image, wider], { ...sizes, filters: groups * whole }, convolution, emission);
    const kept = range(filters).map((i) => Math.floor(i / perGroup) * whole + (i % perGroup));
    return graph.node('Gather', [result, graph.integers(kept)], `${name}/kept`, { axis: 1 });
  }
  const steps = { strides, dilations, group: groups };
  const [top, bottom, left, right] = padding;
  const beside = window.every((n) => n === 1) && top + left === 0 && bottom + right > 0;
  if (!style?.onGpu || !beside)
    return graph.node('Conv', [image, filter], `${name}/windows`, { ...steps, pads: pads(padding) });
  // For a filter of one cell the kernel on GPUs overlooks what is added behind the image only. There the result is 0.
  const inside = graph.node('Conv', [image, filter], `${name}/inside`, steps);
  const more = ([bottom, right] as const).map((added, axis) => {
    const [length, stride] = [shape[axis + 1] as number, strides[axis]];
    return Math.floor((length + added - 1) / stride) - Math.floor((length - 1) / stride);
  });
  return addAround(graph, inside, [0, 0, 0, 0], [0, 0, ...more], 0, `${name}/windows`);
}

/** Average of each window; padding takes no part. */
export function averagePool2d(node: NodeOf<'averagePool2d'>, emission: Emission): ValueName {
  return permute(emission.graph, pool('AveragePool', node, emission), channelsLast, emission.name);
}

/** Maximum of each window; padding takes no part. */
export function maxPool2d(node: NodeOf<'maxPool2d'>, emission: Emission): ValueName {
  const { graph, operands, name } = emission;
  if (node.size[0] * node.size[1] === 1) {
    return graph.node('Identity', slices(node, emission, operands[0], emission.shapes.out), name);
  }
  const pooled = pool('MaxPool', node, emission);
  // The runtime starts from the lowest finite number, and answers it for a window of −∞.
  const lowest = graph.constant([-(2 - 2 ** -23) * 2 ** 127], []);
  const none = graph.node('Equal', [pooled, lowest], `${name}/none`);
  const mended = graph.node('Where', [none, graph.constant([Number.NEGATIVE_INFINITY], []), pooled], `${name}/mended`);
  return permute(graph, mended, channelsLast, name);
}

/** Windows over an image brought to channels first. */
function pool(opType: string, { size, strides, padding }: Pooling, { graph, operands, name }: Emission): ValueName {
  const image = permute(graph, operands[0], channelsFirst, `${name}/image`);
  return graph.node(opType, [image], `${name}/pooled`, { kernel_shape: size, strides, pads: pads(padding) });
}

/** The gradient goes to the first maximum of each window in row-major order. */
export function maxPool2dGradient(node: NodeOf<'maxPool2dGradient'>, emission: Emission): ValueName {
  const { graph, operands, shapes, name } = emission;
  const [x, dy] = operands;
  // A window of one cell has no other maximum.
  if (node.size[0] * node.size[1] === 1) return spread(node, emission, [dy], shapes.operands[1]);
  const cells = slices(node, emission, x, shapes.operands[1]);
  const top = graph.node('Max', cells, `${name}/maximum`);
  const zero = graph.constant([0], []);
  let remaining = dy;
  const gradients = cells.map((cell, k) => {
    const equal = graph.node('Equal', [cell, top], `${name}/equal`);
    const inside = insideOf(node, emission, k);
    // In a window of −∞ padding is as large as the maximum, and gets nothing all the same.
    const wins = inside === undefined ? equal : graph.node('And', [equal, inside], `${name}/wins`);
    const taken = graph.node('Where', [wins, remaining, zero], `${name}/taken`);
    if (k + 1 < cells.length) remaining = graph.node('Where', [wins, zero, remaining], `${name}/remaining`);
    return taken;
  });
  return spread(node, emission, gradients, shapes.operands[1]);
}

/** Where cell k of the windows lies in the image, `[1, height, width, 1]`; undefined if everywhere. */
function insideOf({ size, strides, padding }: Pooling, { graph, shapes }: Emission, k: number): ValueName | undefined {
  const [image, pooled] = shapes.operands as (readonly number[])[];
  const cell = [Math.floor(k / size[1]), k % size[1]];
  const lies = (index: number, axis: 0 | 1) => {
    const at = index * strides[axis] + cell[axis] - padding[2 * axis];
    return at >= 0 && at < image[axis + 1];
  };
  const inside = range(pooled[1]).flatMap((row) => range(pooled[2]).map((column) => lies(row, 0) && lies(column, 1)));
  return inside.every((each) => each) ? undefined : graph.truths(inside, [1, pooled[1], pooled[2], 1]);
}

/** Each cell of a window gets an equal share of its gradient, padding none. */
export function averagePool2dGradient(node: NodeOf<'averagePool2dGradient'>, emission: Emission): ValueName {
  const { graph, operands, shapes, name } = emission;
  const [, height, width] = shapes.operands[0] as readonly number[];
  const counts = new Float32Array(height * width);
  const inside = (index: number, axis: 0 | 1) => {
    const start = index * node.strides[axis] - node.padding[2 * axis];
    return Math.min(start + node.size[axis], shapes.out[axis + 1] as number) - Math.max(start, 0);
  };
  for (let i = 0; i < counts.length; i++) counts[i] = inside(Math.floor(i / width), 0) * inside(i % width, 1);
  const share = graph.node(
    'Div',
    [operands[0], graph.constant(counts, [1, height, width, 1], `${name}/counts`)],
    `${name}/share`,
  );
  return spread(node, emission, Array<ValueName>(node.size[0] * node.size[1]).fill(share), shapes.operands[0]);
}

/** Cell (i, j) of every window, for all i and j in row-major order, each of the pooled shape. */
function slices(
  { size, strides, padding }: Pooling,
  { graph, name }: Emission,
  x: ValueName,
  [, height, width]: Shape,
): ValueName[] {
  const padded = padding.some((n) => n > 0) ? pad(graph, x, padding, `${name}/padded`, Number.NEGATIVE_INFINITY) : x;
  const axes = graph.integers([1, 2]);
  return cellsOf(size).map(([i, j]) =>
    graph.node(
      'Slice',
      [
        padded,
        graph.integers([i, j]),
        graph.integers([i + ((height as number) - 1) * strides[0] + 1, j + ((width as number) - 1) * strides[1] + 1]),
        axes,
        graph.integers(strides),
      ],
      `${name}/cell${i},${j}`,
    ),
  );
}

/**
 * The adjoint of taking each window's cells: puts cell (i, j) of each window back into the image, and adds up. Cells that
 * lie within one stride of each other never meet, so they are interleaved; only what overlaps is added.
 */
function spread(node: Pooling, emission: Emission, cells: readonly ValueName[], pooled: Shape): ValueName {
  const { graph, shapes, name } = emission;
  const { size, strides, padding } = node;
  const [batch, rows, columns, channels] = pooled;
  const [, height, width] = shapes.out as readonly number[];
  // Rows of all images, `[batch · rows, 1, columns, channels]`: joined along the last axis they interleave in columns,
  // along the second in rows.
  const apart = (cell: ValueName) =>
    graph.node('Reshape', [cell, graph.integers([-1, 1, columns as number, channels as number])], `${name}/cell`);
  const made = new Map<ValueName, ValueName>();
  const rowsOf = (k: number) => {
    const known = made.get(cells[k]) ?? apart(cells[k]);
    made.set(cells[k], known);
    return known;
  };
  const gaps = cells.length < blocksOf(size, strides) * strides[0] * strides[1];
  const zeros = gaps ? apart(zerosLike(emission, pooled)) : '';
  const blocks: ValueName[] = [];
  for (let i = 0; i < size[0]; i += strides[0]) {
    for (let j = 0; j < size[1]; j += strides[1]) {
      const bands = range(strides[0]).map((u) => {
        const band = range(strides[1]).map((v) => {
          const inside = i + u < size[0] && j + v < size[1];
          return inside ? rowsOf((i + u) * size[1] + j + v) : zeros;
        });
        return concat(graph, band, 3, `${name}/columns`);
      });
      const whole: Shape = [batch, (rows as number) * strides[0], (columns as number) * strides[1], channels];
      const block = reshape(graph, concat(graph, bands, 1, `${name}/rows`), whole, `${name}/block`);
      // Placed in the image: a negative number of cells is cut off.
      const [top, , left] = padding;
      const before = [i - top, j - left];
      const after = [height - before[0] - (whole[1] as number), width - before[1] - (whole[2] as number)];
      blocks.push(pad(graph, block, [before[0], after[0], before[1], after[1]], `${name}/placed`, 0));
    }
  }
  return blocks.length > 1 ? graph.node('Sum', blocks, name) : graph.node('Identity', blocks, name);
}

const blocksOf = (size: readonly number[], strides: readonly number[]) =>
  Math.ceil(size[0] / strides[0]) * Math.ceil(size[1] / strides[1]);

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

function concat(graph: GraphBuilder, values: readonly ValueName[], axis: number, name: string): ValueName {
  return values.length > 1 ? graph.node('Concat', values, name, { axis }) : values[0];
}

function zerosLike({ graph, name, batchLength }: Emission, [batch, ...rest]: Shape): ValueName {
  const lengths = graph.integers(rest as readonly number[]);
  const first = batch === 'batch' ? batchLength() : graph.integers([batch]);
  return graph.node(
    'Expand',
    [graph.constant([0], []), graph.node('Concat', [first, lengths], `${name}/shape`, { axis: 0 })],
    `${name}/zeros`,
  );
}

/** Adds cells around an image; negative padding cuts off. */
function pad(graph: GraphBuilder, value: ValueName, padding: Padding, name: string, fill: number): ValueName {
  if (padding.every((n) => n === 0)) return value;
  const [top, bottom, left, right] = padding;
  return addAround(graph, value, [0, top, left, 0], [0, bottom, right, 0], fill, name);
}

function cellsOf([height, width]: readonly [number, number]): [number, number][] {
  return range(height * width).map((k) => [Math.floor(k / width), k % width]);
}
