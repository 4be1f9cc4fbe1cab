import { boundShape, type Convolution, type NodeOf, type Padding, type Shape } from '@vardrop/core/program';
import type { ValueName } from '../model/graph.js';
import type { Emission } from './emission.js';
import { channelsFirst, channelsLast, concat, type ImageShape, imageShape, pads, permute, range } from './images.js';
import { addAround, padBetween, reshape } from './movement.js';

/** Image ⋆ filter. */
export function conv2d(node: NodeOf<'conv2d'>, emission: Emission): ValueName {
  const { graph, operands, shapes, name } = emission;
  const image = permute(graph, operands[0], channelsFirst, `${name}/image`);
  const filter = permute(graph, operands[1], [3, 2, 0, 1], `${name}/filter`);
  const [height, width, , filters] = boundShape(shapes.operands[1]);
  const sizes = { ...imageShape(shapes.operands[0]), window: [height, width], filters };
  return permute(graph, convolve([image, filter], sizes, node, emission), channelsLast, name);
}

/** Gradient of `conv2d` in its image: the transposed convolution. */
export function conv2dInputGradient(node: NodeOf<'conv2dInputGradient'>, emission: Emission): ValueName {
  const { graph, operands, shapes, name, style } = emission;
  const { strides, padding, dilations, groups } = node;
  const lengths = boundShape(shapes.operands[0]);
  const [image, result] = [imageShape(shapes.out), imageShape(shapes.operands[1])];
  // Cells of the image behind the last window: their gradient is 0.
  const left = ([0, 1] as const).map((axis) => {
    const covered = (result.sides[axis] - 1) * strides[axis] + (lengths[axis] - 1) * dilations[axis] + 1;
    return image.sides[axis] + padding[2 * axis] + padding[2 * axis + 1] - covered;
  });
  if (style?.onGpu && (groups > 1 || dilations.some((n) => n > 1))) return convolveSpread(node, left, emission);
  const dy = permute(graph, operands[1], channelsFirst, `${name}/dy`);
  const filter = permute(graph, operands[0], [3, 2, 0, 1], `${name}/filter`);
  const attributes = { strides, dilations, group: groups, pads: pads(padding), output_padding: left };
  return permute(graph, graph.node('ConvTranspose', [dy, filter], `${name}/result`, attributes), channelsLast, name);
}

/**
 * The same as a convolution of dy, with zeros between its pixels in the place of strides, and the filter turned around: on
 * GPUs the runtime's ConvTranspose is wrong for some groups and dilations. `left` is the number of rows and columns of the
 * image behind the last window.
 */
function convolveSpread(
  { strides, padding, dilations, groups }: Convolution,
  left: readonly number[],
  emission: Emission,
): ValueName {
  const { graph, operands, shapes, name } = emission;
  const [height, width, own, filters] = boundShape(shapes.operands[0]);
  const { batch, sides } = imageShape(shapes.operands[1]);
  const amounts = {
    value: 0,
    before: [0, 0, 0, 0],
    after: [0, ...left, 0],
    interior: [0, strides[0] - 1, strides[1] - 1, 0],
  };
  const image = permute(
    graph,
    padBetween(graph, operands[1], shapes.operands[1], amounts, `${name}/spread`),
    channelsFirst,
    `${name}/dy`,
  );
  const turned = [height, width].reduce((x, length, axis) => {
    const backwards = graph.integers(range(length).reverse());
    return graph.node('Gather', [x, backwards], `${name}/turned`, { axis });
  }, operands[0]);
  // `[h, w, in / groups, groups · out]` to `[groups · in / groups, out, h, w]`.
  const apart = reshape(graph, turned, [height, width, own, groups, filters / groups], `${name}/apart`);
  const swapped = permute(graph, apart, [3, 2, 4, 0, 1], `${name}/swapped`);
  const filter = reshape(graph, swapped, [groups * own, filters / groups, height, width], `${name}/filter`);
  const [down, across] = [(height - 1) * dilations[0], (width - 1) * dilations[1]];
  const around: Padding = [down - padding[0], down - padding[1], across - padding[2], across - padding[3]];
  const convolution = { strides: [1, 1], padding: around, dilations, groups } as const;
  const spread = ([0, 1] as const).map((axis) => (sides[axis] - 1) * strides[axis] + 1 + left[axis]);
  const sizes = { batch, sides: [spread[0], spread[1]], window: [height, width], filters: groups * own } as const;
  return permute(graph, convolve([image, filter], sizes, convolution, emission), channelsLast, name);
}

/** From so many channels on, products are faster than a convolution whose filter is as large as an image. */
const channelsOfProducts = 4;

/**
 * Up to so many cells of a filter, its gradient is products on GPUs. The runtime's convolution with dy as its filter gives zeros
 * there for some shapes, such as 7 images of 3 × 3 pixels and 3 channels, padded behind, and 3 filters of 2 × 2.
 */
const cellsOfProducts = 49;

/**
 * Gradient of `conv2d` in its filter: products, or itself a convolution of images and dy with batch and channels swapped, dy as
 * the filter, dilated by the strides.
 */
export function conv2dFilterGradient(node: NodeOf<'conv2dFilterGradient'>, emission: Emission): ValueName {
  const { graph, operands, shapes, name, style } = emission;
  const { strides, dilations, padding, groups } = node;
  const [rows, columns] = boundShape(shapes.out);
  const asProducts = style?.onGpu
    ? rows * columns <= cellsOfProducts
    : imageShape(shapes.operands[0]).channels >= channelsOfProducts;
  if (groups === 1 && asProducts) return filterGradientByProducts(node, emission);
  const image = swapBatchAndChannels(operands[0], shapes.operands[0], groups, emission);
  const dy = permute(graph, operands[1], [3, 0, 1, 2], `${name}/dy`);
  const [height, width, own, filters] = boundShape(shapes.out);
  const { sides } = imageShape(shapes.operands[0]);
  const sizes = { batch: own, sides, window: imageShape(shapes.operands[1]).sides, filters };
  const all = convolve([image, dy], sizes, { strides: dilations, dilations: strides, padding, groups }, emission);
  // If no window reached the last row or column, there are more shifts than the filter has cells.
  const cut = graph.node(
    'Slice',
    [all, graph.integers([0, 0]), graph.integers([height, width]), graph.integers([2, 3])],
    `${name}/result`,
  );
  return permute(graph, cut, [2, 3, 0, 1], name);
}

/** For each cell of the filter a product: the pixels that it reads, `[pixels, in]`, transposed, times dy, `[pixels, out]`. */
function filterGradientByProducts({ strides, dilations, padding }: Convolution, emission: Emission): ValueName {
  const { graph, operands, shapes, name } = emission;
  const [height, width, channels, filters] = boundShape(shapes.out);
  const [rows, columns] = imageShape(shapes.operands[1]).sides;
  const [top, bottom, left, right] = padding;
  const image = padding.some((n) => n > 0)
    ? addAround(graph, operands[0], [0, top, left, 0], [0, bottom, right, 0], 0, `${name}/padded`)
    : operands[0];
  const pixels = (x: ValueName, count: number, what: string) =>
    graph.node('Reshape', [x, graph.integers([-1, count])], `${name}/${what}`);
  const dy = pixels(operands[1], filters, 'dy');
  const [axes, steps] = [graph.integers([1, 2]), graph.integers(strides)];
  const products = range(height * width).map((cell) => {
    const from = [Math.floor(cell / width) * dilations[0], (cell % width) * dilations[1]];
    const to = [from[0] + (rows - 1) * strides[0] + 1, from[1] + (columns - 1) * strides[1] + 1];
    const read = graph.node('Slice', [image, graph.integers(from), graph.integers(to), axes, steps], `${name}/read`);
    return graph.node('Gemm', [pixels(read, channels, 'pixels'), dy], `${name}/cell`, { transA: 1 });
  });
  return reshape(graph, concat(graph, products, 0, `${name}/cells`), shapes.out, name);
}

/** `[batch, h, w, groups · c]` as `[c, groups · batch, h, w]`: each group convolves its own images. */
function swapBatchAndChannels(x: ValueName, shape: Shape, groups: number, { graph, name }: Emission): ValueName {
  if (groups === 1) return permute(graph, x, [3, 0, 1, 2], `${name}/image`);
  const { batch, sides, channels } = imageShape(shape);
  const own = channels / groups;
  const apart = reshape(graph, x, [batch, ...sides, groups, own], `${name}/groups`);
  const swapped = permute(graph, apart, [4, 3, 0, 1, 2], `${name}/swapped`);
  return graph.node('Reshape', [swapped, graph.integers([own, -1, ...sides])], `${name}/image`);
}

/** Sizes of a convolution: of its images, its filter's height and width, and the channels of its result. */
interface Sizes extends Pick<ImageShape, 'batch' | 'sides'> {
  readonly window: readonly number[];
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
  const { batch, sides, window, filters } = sizes;
  const { padding, strides, dilations, groups } = convolution;
  const most = style?.mostImages ?? Number.POSITIVE_INFINITY;
  if (batch !== 'batch' && batch > most) {
    const runs = range(Math.ceil(batch / most)).map((i) => {
      const [from, to] = [i * most, Math.min(batch, (i + 1) * most)];
      const ends = [graph.integers([from]), graph.integers([to]), graph.integers([0])];
      const own = graph.node('Slice', [image, ...ends], `${name}/images`);
      return convolve([own, filter], { ...sizes, batch: to - from }, convolution, emission);
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
  // For a filter of one cell, the kernel on GPUs ignores padding that is only behind the image. The result there is 0.
  const inside = graph.node('Conv', [image, filter], `${name}/inside`, steps);
  const more = ([bottom, right] as const).map((added, axis) => {
    const [length, stride] = [sides[axis], strides[axis]];
    return Math.floor((length + added - 1) / stride) - Math.floor((length - 1) / stride);
  });
  return addAround(graph, inside, [0, 0, 0, 0], [0, 0, ...more], 0, `${name}/windows`);
}
