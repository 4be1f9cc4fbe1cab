import { checkBoolean } from '../checkBoolean.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { createNodeList, type Operand, type Value } from './nodeList.js';
import type {
  BinaryOp,
  Convolution,
  InputRole,
  NodeId,
  Padding,
  Program,
  ProgramNode,
  Shape,
  SpecialFunction,
  UnaryOp,
} from './program.js';
import { type PadRange, padRanges, type SliceRange, sliceRanges } from './ranges.js';
import { broadcastShapes, formatShape, normalizeAxes, sameShape } from './shapes.js';

export type { Operand, Value } from './nodeList.js';

type Unary = (x: Operand) => Value;
type Binary = (x: Operand, y: Operand) => Value;

/** Strides in `[height, width]` (default 1) and padding (default 0) of a convolution or pooling. */
export interface WindowOptions {
  readonly strides?: readonly [number, number];
  readonly padding?: Padding;
}

/**
 * The window of a convolution, the distance between the pixels that its filter reads (default 1), and its number of
 * channel groups (default 1).
 */
export interface ConvolutionOptions extends WindowOptions {
  readonly dilations?: readonly [number, number];
  readonly groups?: number;
}

/** Which operands a matrix product reads with their last two axes swapped (default: none). */
export interface MatmulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/**
 * Builds a program. Each method adds one node or a few, checks shapes at once and throws coded errors (`VARDROP_SHAPE`,
 * `VARDROP_AXES`, …). The errors name the scope that is being built.
 */
export interface Builder extends Readonly<Record<UnaryOp, Unary>>, Readonly<Record<BinaryOp, Binary>> {
  /** A named input. */
  input(name: string, shape: Shape, role?: InputRole): Value;
  /** A number (repeated over `shape`), or row-major values of `shape`. */
  constant(value: number | readonly number[], shape?: Shape): Value;
  /** `a > b ? x : y`, broadcast; no derivative in a and b. */
  selectGreater(a: Operand, b: Operand, x: Operand, y: Operand): Value;
  /** Sum over `axes` (default: all). */
  reduceSum(x: Operand, axes?: readonly number[], keepAxes?: boolean): Value;
  /** Maximum over `axes` (default: all). */
  reduceMax(x: Operand, axes?: readonly number[], keepAxes?: boolean): Value;
  /**
   * Matrix product `[…, m, k] × […, k, n] → […, m, n]`. Leading axes broadcast. With a flag, an operand is read with
   * its last two axes swapped.
   */
  matmul(a: Value, b: Value, flags?: MatmulOptions): Value;
  /** Cross-correlation of images `[batch, h, w, in]` with a filter `[kh, kw, in / groups, out]`: `[batch, h′, w′, out]`. */
  conv2d(image: Value, filter: Value, options?: ConvolutionOptions): Value;
  /**
   * Gradient of `conv2d` with respect to its images, of shape `imageShape`, given the gradient `dy` of its result. It
   * is also a transposed convolution of `dy`.
   */
  conv2dInputGradient(filter: Value, dy: Value, imageShape: Shape, options?: ConvolutionOptions): Value;
  /** Gradient of `conv2d` with respect to its filter, of shape `filterShape`, given the gradient `dy` of its result. */
  conv2dFilterGradient(image: Value, dy: Value, filterShape: Shape, options?: ConvolutionOptions): Value;
  /** Greatest value of each window of images `[batch, h, w, c]`. Strides default to the window's size. */
  maxPool2d(image: Value, size: readonly [number, number], window?: WindowOptions): Value;
  /**
   * Gradient of `maxPool2d` with respect to its images. It goes to the first maximum of each window in row-major order.
   */
  maxPool2dGradient(image: Value, dy: Value, size: readonly [number, number], window?: WindowOptions): Value;
  /** Mean of each window of images `[batch, h, w, c]`. Padding does not count. Strides default to the window's size. */
  averagePool2d(image: Value, size: readonly [number, number], window?: WindowOptions): Value;
  /** Gradient of `averagePool2d` with respect to its images, of shape `imageShape`. */
  averagePool2dGradient(dy: Value, imageShape: Shape, size: readonly [number, number], window?: WindowOptions): Value;
  /** The same values, row-major, in another shape with the same number of elements. */
  reshape(x: Value, shape: Shape): Value;
  /** Permutes the axes; reverses them by default. */
  transpose(x: Value, permutation?: readonly number[]): Value;
  /** NumPy broadcasting to `shape`. */
  broadcast(x: Operand, shape: Shape): Value;
  /**
   * Rows of a table `[rows, …rest]`, chosen by row numbers `[…index]`: `[…index, …rest]`. A number that is not a row's
   * number gives zeros.
   */
  gather(table: Value, indices: Value): Value;
  /**
   * Gradient of `gather` with respect to its table, of shape `tableShape`, given the gradient `dy` of its result: rows
   * of `dy` with the same number are added up.
   */
  gatherGradient(indices: Value, dy: Value, tableShape: Shape): Value;
  /** Joins values along an axis, in order. A negative axis counts from the end. */
  concatenate(values: readonly Value[], axis: number): Value;
  /** A part of a value: one range for each axis. An axis without a range is taken whole. */
  slice(x: Value, ranges: readonly (SliceRange | undefined)[]): Value;
  /** Adds elements `value` (default 0) around a value and between its elements: one range for each axis. */
  pad(x: Value, ranges: readonly (PadRange | undefined)[], value?: number): Value;
  /** Noise from the key input `key` (made unique to the current scope: `scope/key`). */
  noise(distribution: 'uniform' | 'normal', key: string, shape: Shape): Value;
  /** A special function, elementwise. */
  special(name: SpecialFunction, x: Operand): Value;
  /**
   * `value`, with these derivatives instead of its own. They are elementwise; with respect to everything else the
   * derivative is 0.
   */
  withDerivative(value: Value, partials: readonly (readonly [input: Value, partial: Operand])[]): Value;
  /** `value`, which `differentiate` treats as a constant. */
  stopGradient(value: Value): Value;
  /** x². */
  square(x: Operand): Value;
  /** Sum over `axes` divided by the number of elements summed. These axes must not be symbolic. */
  mean(x: Value, axes: readonly number[], keepAxes?: boolean): Value;
  /** Gives a value a name for printouts; returns the value. */
  label(value: Value, label: string): Value;
  /** Runs `build`. The labels and keys of what it builds get the prefix `name/`. */
  scope<R>(name: string, build: () => R): R;
  /** Declares an output. */
  output(name: string, value: Value): void;
  /** Adds a copy of a node of another program, with its label. Its operands are values of this program. */
  copy(node: ProgramNode, operands: readonly Value[]): Value;
  /** The node behind a value, as `differentiate` reads it. */
  node(value: Value | NodeId): ProgramNode;
  /** The program so far. */
  build(): Program;
}

/** Starts a program. `name` appears in printouts and messages. A builder needs no disposal. */
export function createBuilder(name: string): Builder {
  const outputs: Record<string, NodeId> = {};
  const inputs = new Map<string, Value>();
  const list = createNodeList();
  const { nodes, add, lift, checkValue, located, scoped } = list;
  const unary =
    (op: UnaryOp): Unary =>
    (x) =>
      add({ op }, [lift(x)]);
  const binary =
    (op: BinaryOp): Binary =>
    (x, y) =>
      add({ op }, [lift(x), lift(y)]);
  const allAxes = (x: Value) => x.shape.map((_, axis) => axis);
  const reduce = (
    op: 'reduceSum' | 'reduceMax',
    x: Operand,
    axes: readonly number[] | undefined,
    keepAxes: boolean,
  ) => {
    const value = lift(x);
    const normalized = located(() => normalizeAxes(axes ?? allAxes(value), value.shape.length, op));
    return add({ op, axes: normalized, keepAxes }, [value]);
  };
  const moving = (options: WindowOptions = {}, usual: readonly [number, number] = [1, 1]) => {
    checkOptionNames(scoped('window'), options, { strides: true, padding: true });
    const { strides = usual, padding = [0, 0, 0, 0] as const } = options;
    return { strides, padding };
  };
  const convolving = (options: ConvolutionOptions = {}): Convolution => {
    checkOptionNames(scoped('window'), options, { strides: true, padding: true, dilations: true, groups: true });
    const { strides = [1, 1], padding = [0, 0, 0, 0], dilations = [1, 1], groups = 1 } = options;
    return { strides, padding, dilations, groups };
  };

  const builder: Builder = {
    neg: unary('neg'),
    abs: unary('abs'),
    sqrt: unary('sqrt'),
    exp: unary('exp'),
    log: unary('log'),
    sigmoid: unary('sigmoid'),
    softplus: unary('softplus'),
    tanh: unary('tanh'),
    floor: unary('floor'),
    round: unary('round'),
    cos: unary('cos'),
    erf: unary('erf'),
    add: binary('add'),
    sub: binary('sub'),
    mul: binary('mul'),
    div: binary('div'),
    max: binary('max'),
    min: binary('min'),

    input(name, shape, role = 'shared') {
      const existing = inputs.get(name);
      if (existing) {
        throw new VardropError(
          'VARDROP_PROGRAM',
          `[${scoped(name)}] got a second input named "${name}". Give it a name of its own.`,
        );
      }
      const value = add({ op: 'input', name, role }, [], shape);
      nodes[value.id] = { ...nodes[value.id], label: name };
      inputs.set(name, value);
      return value;
    },
    constant: (value, shape = []) => add({ op: 'constant', value }, [], shape),
    selectGreater: (a, b, x, y) => add({ op: 'selectGreater' }, [lift(a), lift(b), lift(x), lift(y)]),
    reduceSum: (x, axes, keepAxes = false) => reduce('reduceSum', x, axes, keepAxes),
    reduceMax: (x, axes, keepAxes = false) => reduce('reduceMax', x, axes, keepAxes),
    matmul(a, b, flags = {}) {
      checkOptionNames(scoped('matmul'), flags, { transposeA: true, transposeB: true });
      const { transposeA = false, transposeB = false } = flags;
      checkBoolean(`[${scoped('matmul')}] transposeA`, transposeA);
      checkBoolean(`[${scoped('matmul')}] transposeB`, transposeB);
      return add({ op: 'matmul', transposeA, transposeB }, [a, b]);
    },
    conv2d: (image, filter, options) => add({ op: 'conv2d', ...convolving(options) }, [image, filter]),
    conv2dInputGradient: (filter, dy, imageShape, options) =>
      add({ op: 'conv2dInputGradient', ...convolving(options) }, [filter, dy], imageShape),
    conv2dFilterGradient: (image, dy, filterShape, options) =>
      add({ op: 'conv2dFilterGradient', ...convolving(options) }, [image, dy], filterShape),
    maxPool2d: (image, size, window) => add({ op: 'maxPool2d', size, ...moving(window, size) }, [image]),
    maxPool2dGradient: (image, dy, size, window) =>
      add({ op: 'maxPool2dGradient', size, ...moving(window, size) }, [image, dy]),
    averagePool2d: (image, size, window) => add({ op: 'averagePool2d', size, ...moving(window, size) }, [image]),
    averagePool2dGradient: (dy, imageShape, size, window) =>
      add({ op: 'averagePool2dGradient', size, ...moving(window, size) }, [dy], imageShape),
    reshape: (x, shape) => add({ op: 'reshape' }, [x], shape),
    transpose: (x, permutation = allAxes(lift(x)).reverse()) => add({ op: 'transpose', permutation }, [x]),
    broadcast: (x, shape) => add({ op: 'broadcast' }, [lift(x)], shape),
    gather: (table, indices) => add({ op: 'gather' }, [table, indices]),
    gatherGradient: (indices, dy, tableShape) => add({ op: 'gatherGradient' }, [indices, dy], tableShape),
    concatenate(values, axis) {
      if (!Array.isArray(values)) {
        throw new VardropError(
          'VARDROP_PROGRAM',
          `[${scoped('concatenate')}] values: got ${formatValue(values)}, needs an array of values.`,
        );
      }
      for (const value of values) checkValue('concatenate', value);
      const rank = values.length === 0 ? 1 : values[0].shape.length;
      return add({ op: 'concatenate', axis: located(() => normalizeAxes([axis], rank, 'concatenate'))[0] }, values);
    },
    slice(x, ranges) {
      checkValue('slice', x);
      const taken = located(() => sliceRanges(x.shape, ranges));
      return add({ op: 'slice', starts: taken.starts, steps: taken.steps }, [x], taken.shape);
    },
    pad(x, ranges, value = 0) {
      checkValue('pad', x);
      return add({ op: 'pad', value, ...located(() => padRanges(x.shape, ranges)) }, [x]);
    },
    noise: (distribution, key, shape) => add({ op: 'noise', distribution, key: scoped(key) }, [], shape, key),
    special: (name, x) => add({ op: 'special', function: name }, [lift(x)]),
    withDerivative(value, partials) {
      const pairs = partials.map(([input, partial]) => [input, lift(partial)] as const);
      for (const [input, partial] of pairs) {
        // A partial is elementwise. The gradient that flows back is dy · partial, summed down to the input's shape.
        located(() => broadcastShapes(broadcastShapes(value.shape, input.shape), partial.shape));
      }
      return add({ op: 'withDerivative' }, [value, ...pairs.flat()]);
    },
    stopGradient: (value) => add({ op: 'withDerivative' }, [value]),
    square(x) {
      const value = lift(x);
      return builder.mul(value, value);
    },
    mean(x, axes, keepAxes = false) {
      const normalized = located(() => normalizeAxes(axes, x.shape.length, 'mean'));
      const count = located(() => normalized.reduce((product, axis) => product * fixed(x.shape, axis), 1));
      return builder.mul(builder.reduceSum(x, normalized, keepAxes), 1 / count);
    },
    label(value, label) {
      nodes[value.id] = { ...nodes[value.id], label: scoped(label) };
      return value;
    },
    scope: list.scope,
    output(outputName, value) {
      if (Object.hasOwn(outputs, outputName)) {
        throw new VardropError(
          'VARDROP_PROGRAM',
          `[${scoped(outputName)}] got a second output named "${outputName}". Give it a name of its own.`,
        );
      }
      const input = inputs.get(outputName);
      const source = input && nodes[input.id];
      if (source?.op === 'input' && source.role === 'carried' && !sameShape(source.shape, value.shape)) {
        throw new VardropError(
          'VARDROP_SHAPE',
          `[${scoped(outputName)}] carried output: got ${formatShape(value.shape)}, needs its input's ${formatShape(source.shape)}.`,
        );
      }
      outputs[outputName] = value.id;
    },
    copy(node, operands) {
      const value = add(node, operands, node.shape);
      nodes[value.id] = { ...node, operands: operands.map((operand) => operand.id), shape: value.shape };
      if (node.op === 'input') inputs.set(node.name, value);
      return value;
    },
    node: (value) => nodes[typeof value === 'number' ? value : value.id],
    build: () => ({ name, nodes: [...nodes], outputs: { ...outputs } }),
  };
  return builder;
}

function fixed(shape: Shape, axis: number): number {
  const dimension = shape[axis];
  if (dimension === 'batch') {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[program] mean: got ${formatShape(shape)} over its batch axis, whose size is not known yet. Sum, and multiply by an input that holds 1/batch.`,
    );
  }
  return dimension;
}
