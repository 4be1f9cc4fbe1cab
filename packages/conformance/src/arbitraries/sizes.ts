import {
  type BoundProgram,
  type Builder,
  boundProgram,
  boundShape,
  createBuilder,
  elementCount,
  type Value,
} from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import type { ProgramData } from '../execute.js';

/** A program at some size, and its input data. */
export interface SizedCase {
  readonly program: BoundProgram;
  readonly data: ProgramData;
  /** Whether all computed values are whole numbers, so that float32 is exact. */
  readonly exact: boolean;
}

/** Draws everything except the size: short lengths, strides, and numbers. */
export interface Draw {
  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number;
  /** One of these choices. */
  of<T>(choices: readonly T[]): T;
  /** Numbers for a tensor: whole numbers from −3 to 3, or any from −1 to 2. */
  values(shape: readonly number[], kind: 'whole' | 'any'): Float32Array;
}

/** Operations in which one length grows while the others stay short. */
export interface SizedOperation {
  /** A stable name, such as `matmul: terms`. */
  readonly name: string;
  /** Lengths that are always tried: those at which kernels change their method. */
  readonly sizes: readonly number[];
  /** The longest that other lengths may be. */
  readonly most: number;
  /** How many variants of each of `sizes` are tried. */
  readonly ways: number;
  make(size: number, draw: Draw): SizedCase;
}

/** Lengths close to those of the tiles, groups of threads and blocks that kernels use. */
const lengths = [31, 33, 65, 129, 257, 1025, 4097] as const;
/** The same for axes of images, which are short. */
const short = [33, 65, 129] as const;
const channels = [16, 17, 33, 64] as const;
const windows = [4, 5, 6, 7] as const;
const flags = [false, true] as const;

/** Draws from a seed. Equal seeds and words give equal draws. */
export function createDraw(seed: number, ...words: readonly number[]): Draw {
  let key = random.key(seed);
  for (const word of words) key = random.foldIn(key, word);
  let at = 0;
  const uniform = (count: number) => {
    const values = new Float32Array(count);
    random.hostGenerator().uniform(key, values, at);
    at += count;
    return values;
  };
  const draw: Draw = {
    whole: (least, most) => least + Math.floor(uniform(1)[0] * (most - least + 1)),
    of: (choices) => choices[draw.whole(0, choices.length - 1)],
    values: (shape, kind) =>
      uniform(elementCount(shape)).map(kind === 'whole' ? (u) => Math.floor(7 * u) - 3 : (u) => 3 * u - 1),
  };
  return draw;
}

/** A program over inputs of these shapes. `build` makes its outputs. */
export function sizedCase(
  name: string,
  shapes: Readonly<Record<string, readonly number[]>>,
  draw: Draw,
  kind: 'whole' | 'any',
  build: (b: Builder, x: Readonly<Record<string, Value>>) => Readonly<Record<string, Value>>,
): SizedCase {
  const b = createBuilder(name);
  const entries = Object.entries(shapes);
  const inputs = Object.fromEntries(
    entries.map(([each, shape], i) => [each, b.input(each, shape, i === 0 ? 'iteration' : 'shared')]),
  );
  for (const [output, value] of Object.entries(build(b, inputs))) b.output(output, value);
  const values = entries.map(([each, shape]) => [each, draw.values(shape, kind)] as const);
  return { program: boundProgram(b.build()), data: { inputs: Object.fromEntries(values) }, exact: kind === 'whole' };
}

/** Elementwise operations on more elements than a grid of 256 × 256 threads has. */
function elementwise(size: number, draw: Draw, isExact: boolean): SizedCase {
  const columns = draw.whole(1, 3);
  const shape = [Math.ceil(size / columns), columns];
  if (!isExact) {
    return sizedCase('functions', { x: shape, y: shape }, draw, 'any', (b, { x, y }) => ({
      exp: b.exp(x),
      log: b.log(b.abs(x)),
      sigmoid: b.sigmoid(x),
      softplus: b.softplus(x),
      tanh: b.tanh(x),
      cos: b.cos(x),
      erf: b.erf(x),
      sqrt: b.sqrt(b.abs(x)),
      div: b.div(x, y),
    }));
  }
  const shapes = { x: shape, y: shape, row: [columns], column: [shape[0], 1] };
  return sizedCase('elementwise', shapes, draw, 'whole', (b, { x, y, row, column }) => ({
    neg: b.neg(x),
    abs: b.abs(x),
    add: b.add(x, y),
    sub: b.sub(x, column),
    mul: b.mul(x, y),
    max: b.max(x, row),
    min: b.min(y, column),
    selectGreater: b.selectGreater(x, y, row, column),
    floor: b.floor(b.mul(x, 0.5)),
    round: b.round(b.mul(y, 0.5)),
  }));
}

function noise(size: number, draw: Draw): SizedCase {
  const b = createBuilder('noise');
  const shape = [size, draw.whole(1, 3)];
  b.output('uniform', b.noise('uniform', 'u', shape));
  b.output('normal', b.noise('normal', 'z', shape));
  const words = [draw.whole(0, 2 ** 20), draw.whole(0, 2 ** 20)] as const;
  return { program: boundProgram(b.build()), data: { inputs: {}, keys: { u: { words }, z: { words } } }, exact: false };
}

/** The axes of a matrix or a stack of three axes. One axis is long. */
function axesWith(size: number, draw: Draw): number[] {
  const shape = [draw.whole(1, 40), draw.whole(1, 5), draw.whole(1, 5)].slice(0, draw.of([2, 3]));
  shape.splice(draw.whole(0, shape.length), 0, size);
  return size > 1000 ? shape.slice(-3) : shape;
}

function movement(size: number, draw: Draw): SizedCase {
  const matrix = draw.of([
    [size, draw.whole(17, 40)],
    [draw.whole(17, 40), size],
  ]);
  const stack = [draw.whole(1, 3), draw.whole(1, 20), draw.whole(1, 5)];
  stack[draw.whole(0, 2)] = size;
  const permutation = draw.of([
    [0, 2, 1],
    [1, 0, 2],
    [2, 1, 0],
    [1, 2, 0],
    [2, 0, 1],
  ]);
  const other = draw.whole(2, 9);
  return sizedCase('movement', { matrix, stack, row: [1, size], column: [size, 1] }, draw, 'whole', (b, x) => ({
    transposed: b.transpose(x.matrix),
    permuted: b.transpose(x.stack, permutation),
    reshaped: b.reshape(x.matrix, [...matrix].reverse()),
    rows: b.broadcast(x.row, [other, size]),
    columns: b.broadcast(x.column, [size, other]),
  }));
}

function reductions(size: number, draw: Draw): SizedCase {
  const shape = axesWith(size, draw);
  const keep = draw.of(flags);
  const some = shape.map((_, axis) => axis).filter((axis) => shape[axis] === size || draw.of(flags));
  return sizedCase('reductions', { x: shape }, draw, 'whole', (b, { x }) => ({
    sum: b.reduceSum(x, some, keep),
    all: b.reduceSum(x),
    max: b.reduceMax(x, some, keep),
    greatest: b.reduceMax(b.sub(x, 4)),
  }));
}

function product(role: 'rows' | 'terms' | 'columns' | 'stack' | 'all', size: number, draw: Draw): SizedCase {
  const of = (own: typeof role, least: number, most: number) =>
    own === role ? size : role === 'all' ? Math.max(1, size - draw.whole(0, 30)) : draw.whole(least, most);
  const [m, k, n] = [of('rows', 1, 20), of('terms', 1, 20), of('columns', 1, 20)];
  const [leading, other] =
    role === 'stack'
      ? draw.of([
          [[size], [size]],
          [[size], []],
          [
            [1, size],
            [2, 1],
          ],
        ])
      : [[], []];
  const [transposeA, transposeB] = [draw.of(flags), draw.of(flags)];
  const shapes = {
    x: [...leading, ...(transposeA ? [k, m] : [m, k])],
    y: [...other, ...(transposeB ? [n, k] : [k, n])],
  };
  return sizedCase(`product, ${role} ${size}`, shapes, draw, 'whole', (b, { x, y }) => ({
    product: b.matmul(x, y, { transposeA, transposeB }),
  }));
}

/** Which length of a window over images is long. */
type WindowRole = 'images' | 'height' | 'width' | 'channels' | 'filters' | 'window';

function windowOf(role: WindowRole, size: number, draw: Draw) {
  const window =
    role === 'window'
      ? draw.of([
          [size, size],
          [size, 2],
          [3, size],
        ])
      : [draw.whole(1, 3), draw.whole(1, 3)];
  const strides: [number, number] = [draw.whole(1, 2), draw.whole(1, 3)];
  const padding = [0, 0, 1, 1].map((axis) => draw.whole(0, Math.min(2, window[axis] - 1)));
  const length = (own: WindowRole, least: number, most: number) => (own === role ? size : draw.whole(least, most));
  const image = [
    length('images', 1, 3),
    length('height', window[0], window[0] + 5),
    length('width', window[1], window[1] + 5),
    length('channels', 1, 5),
  ];
  return {
    image,
    window: window as [number, number],
    options: { strides, padding: padding as [number, number, number, number] },
    filters: length('filters', 1, 5),
  };
}

/** A convolution and its gradients. Groups have one channel more often than two. */
function convolution(role: WindowRole | 'groups', size: number, draw: Draw): SizedCase {
  const { image, window, options, filters } = windowOf(
    role === 'groups' ? 'images' : role,
    role === 'groups' ? 2 : size,
    draw,
  );
  const groups = role === 'groups' ? size : 1;
  if (role === 'groups') image[3] = groups * draw.of([1, 1, 2]);
  const filter = [...window, image[3] / groups, role === 'groups' ? groups * draw.whole(1, 2) : filters];
  const dilations: [number, number] = [draw.whole(1, 3), draw.whole(1, 3)];
  for (const axis of [0, 1]) image[axis + 1] = Math.max(image[axis + 1], (window[axis] - 1) * dilations[axis] + 1);
  const spread = { ...options, dilations, groups };
  const shape = createBuilder('shape');
  const dy = boundShape(shape.conv2d(shape.input('x', image), shape.input('w', filter), spread).shape);
  return sizedCase(`convolution, ${role} ${size}`, { x: image, w: filter, dy }, draw, 'whole', (b, x) => ({
    result: b.conv2d(x.x, x.w, spread),
    input: b.conv2dInputGradient(x.w, x.dy, image, spread),
    filter: b.conv2dFilterGradient(x.x, x.dy, filter, spread),
  }));
}

function pooling(role: WindowRole, size: number, draw: Draw, kind: 'maximum' | 'average'): SizedCase {
  const { image, window, options } = windowOf(role, size, draw);
  const shape = createBuilder('shape');
  const dy = boundShape(shape.maxPool2d(shape.input('x', image), window, options).shape);
  return sizedCase(
    `${kind} pooling, ${role} ${size}`,
    { x: image, dy },
    draw,
    kind === 'maximum' ? 'whole' : 'any',
    (b, x) =>
      kind === 'maximum'
        ? { result: b.maxPool2d(x.x, window, options), gradient: b.maxPool2dGradient(x.x, x.dy, window, options) }
        : {
            result: b.averagePool2d(x.x, window, options),
            gradient: b.averagePool2dGradient(x.dy, image, window, options),
          },
  );
}

const rolesOfWindows: readonly (readonly [WindowRole, readonly number[]])[] = [
  ['images', short],
  ['height', short],
  ['width', short],
  ['channels', channels],
  ['filters', channels],
  ['window', windows],
];

/** All operations of variable size, one length at a time. */
export const sizedOperations: readonly SizedOperation[] = [
  {
    name: 'elementwise',
    sizes: [65_537, 131_073],
    most: 200_000,
    ways: 1,
    make: (size, draw) => elementwise(size, draw, true),
  },
  { name: 'functions', sizes: [65_537], most: 200_000, ways: 1, make: (size, draw) => elementwise(size, draw, false) },
  { name: 'noise', sizes: [65_537], most: 100_000, ways: 1, make: noise },
  { name: 'movement', sizes: lengths, most: 5000, ways: 2, make: movement },
  { name: 'reductions', sizes: lengths, most: 5000, ways: 2, make: reductions },
  ...(['rows', 'terms', 'columns', 'stack'] as const).map(
    (role): SizedOperation => ({
      name: `matmul: ${role}`,
      sizes: lengths,
      most: 5000,
      ways: 2,
      make: (size, draw) => product(role, size, draw),
    }),
  ),
  { name: 'matmul: all', sizes: [33, 65, 129], most: 200, ways: 4, make: (size, draw) => product('all', size, draw) },
  ...rolesOfWindows.map(
    ([role, sizes]): SizedOperation => ({
      name: `conv2d: ${role}`,
      sizes,
      most: role === 'window' ? 11 : 150,
      ways: 1,
      make: (size, draw) => convolution(role, size, draw),
    }),
  ),
  {
    name: 'conv2d: groups',
    sizes: channels,
    most: 150,
    ways: 3,
    make: (size, draw) => convolution('groups', size, draw),
  },
  ...(['maximum', 'average'] as const).flatMap((kind) =>
    rolesOfWindows
      .filter(([role]) => role !== 'filters')
      .map(
        ([role, sizes]): SizedOperation => ({
          name: `${kind} pooling: ${role}`,
          sizes,
          most: role === 'window' ? 11 : 150,
          ways: 1,
          make: (size, draw) => pooling(role, size, draw, kind),
        }),
      ),
  ),
];
