import type { NodeOf, Padding } from '@vardrop/core/program';
import type { GraphBuilder, ValueName } from '../model/graph.js';
import type { Emission } from './emission.js';
import { channelsFirst, channelsLast, concat, type ImageShape, imageShape, pads, permute, range } from './images.js';
import { addAround, reshape } from './movement.js';

type Pooling = NodeOf<'maxPool2d' | 'averagePool2d' | 'maxPool2dGradient' | 'averagePool2dGradient'>;

/** Average of each window; padding takes no part. */
export function averagePool2d(node: NodeOf<'averagePool2d'>, emission: Emission): ValueName {
  return permute(emission.graph, pool('AveragePool', node, emission), channelsLast, emission.name);
}

/** Maximum of each window; padding takes no part. */
export function maxPool2d(node: NodeOf<'maxPool2d'>, emission: Emission): ValueName {
  const { graph, operands, name } = emission;
  if (node.size[0] * node.size[1] === 1) {
    return graph.node('Identity', slices(node, emission, operands[0], imageShape(emission.shapes.out)), name);
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
  const pooled = imageShape(shapes.operands[1]);
  const [x, dy] = operands;
  // A window of one cell has no other maximum.
  if (node.size[0] * node.size[1] === 1) return spread(node, emission, [dy], pooled);
  const cells = slices(node, emission, x, pooled);
  const top = graph.node('Max', cells, `${name}/maximum`);
  const zero = graph.constant([0], []);
  let remaining = dy;
  const gradients = cells.map((cell, k) => {
    const equal = graph.node('Equal', [cell, top], `${name}/equal`);
    const inside = insideOf(node, emission, k);
    // In a window of −∞ padding equals the maximum, but gets no gradient.
    const wins = inside === undefined ? equal : graph.node('And', [equal, inside], `${name}/wins`);
    const taken = graph.node('Where', [wins, remaining, zero], `${name}/taken`);
    if (k + 1 < cells.length) remaining = graph.node('Where', [wins, zero, remaining], `${name}/remaining`);
    return taken;
  });
  return spread(node, emission, gradients, pooled);
}

/** Where cell k of the windows lies in the image, `[1, height, width, 1]`; undefined if everywhere. */
function insideOf({ size, strides, padding }: Pooling, { graph, shapes }: Emission, k: number): ValueName | undefined {
  const [
    image,
    {
      sides: [rows, columns],
    },
  ] = shapes.operands.map(imageShape);
  const cell = [Math.floor(k / size[1]), k % size[1]];
  const lies = (index: number, axis: 0 | 1) => {
    const at = index * strides[axis] + cell[axis] - padding[2 * axis];
    return at >= 0 && at < image.sides[axis];
  };
  const inside = range(rows).flatMap((row) => range(columns).map((column) => lies(row, 0) && lies(column, 1)));
  return inside.every((each) => each) ? undefined : graph.truths(inside, [1, rows, columns, 1]);
}

/** Each cell of a window gets an equal share of its gradient, padding none. */
export function averagePool2dGradient(node: NodeOf<'averagePool2dGradient'>, emission: Emission): ValueName {
  const { graph, operands, shapes, name } = emission;
  const [image, pooled] = [imageShape(shapes.out), imageShape(shapes.operands[0])];
  const [height, width] = pooled.sides;
  const counts = new Float32Array(height * width);
  const inside = (index: number, axis: 0 | 1) => {
    const start = index * node.strides[axis] - node.padding[2 * axis];
    return Math.min(start + node.size[axis], image.sides[axis]) - Math.max(start, 0);
  };
  for (let i = 0; i < counts.length; i++) counts[i] = inside(Math.floor(i / width), 0) * inside(i % width, 1);
  const share = graph.node(
    'Div',
    [operands[0], graph.constant(counts, [1, height, width, 1], `${name}/counts`)],
    `${name}/share`,
  );
  return spread(node, emission, Array<ValueName>(node.size[0] * node.size[1]).fill(share), pooled);
}

/** Cell (i, j) of every window, for all i and j in row-major order, each of the pooled shape. */
function slices(
  { size, strides, padding }: Pooling,
  { graph, name }: Emission,
  x: ValueName,
  { sides: [height, width] }: ImageShape,
): ValueName[] {
  const padded = padding.some((n) => n > 0) ? pad(graph, x, padding, `${name}/padded`, Number.NEGATIVE_INFINITY) : x;
  const axes = graph.integers([1, 2]);
  return cellsOf(size).map(([i, j]) =>
    graph.node(
      'Slice',
      [
        padded,
        graph.integers([i, j]),
        graph.integers([i + (height - 1) * strides[0] + 1, j + (width - 1) * strides[1] + 1]),
        axes,
        graph.integers(strides),
      ],
      `${name}/cell${i},${j}`,
    ),
  );
}

/**
 * The adjoint of taking each window's cells: puts cell (i, j) of each window back into the image, and adds up. Cells
 * that lie within one stride of each other never overlap, so they are interleaved into blocks; only blocks are added.
 */
function spread(node: Pooling, emission: Emission, cells: readonly ValueName[], pooled: ImageShape): ValueName {
  const { graph, shapes, name } = emission;
  const { size, strides, padding } = node;
  const { batch, channels } = pooled;
  const [rows, columns] = pooled.sides;
  const [height, width] = imageShape(shapes.out).sides;
  // Rows of all images, `[batch · rows, 1, columns, channels]`: joined along the last axis they interleave in columns,
  // along the second in rows.
  const apart = (cell: ValueName) =>
    graph.node('Reshape', [cell, graph.integers([-1, 1, columns, channels])], `${name}/cell`);
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
      const [down, across] = [rows * strides[0], columns * strides[1]];
      const joined = concat(graph, bands, 1, `${name}/rows`);
      const block = reshape(graph, joined, [batch, down, across, channels], `${name}/block`);
      // Its place in the image. A negative number of cells is cut off.
      const [top, , left] = padding;
      const before = [i - top, j - left];
      const after = [height - before[0] - down, width - before[1] - across];
      blocks.push(pad(graph, block, [before[0], after[0], before[1], after[1]], `${name}/placed`, 0));
    }
  }
  return blocks.length > 1 ? graph.node('Sum', blocks, name) : graph.node('Identity', blocks, name);
}

const blocksOf = (size: readonly number[], strides: readonly number[]) =>
  Math.ceil(size[0] / strides[0]) * Math.ceil(size[1] / strides[1]);

function zerosLike({ graph, name, batchLength }: Emission, { batch, sides, channels }: ImageShape): ValueName {
  const lengths = graph.integers([...sides, channels]);
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
