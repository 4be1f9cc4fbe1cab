/**
 * The program: a static dataflow graph over float32 tensors, made of a small closed set of primitive operations.
 * Everything that Vardrop computes is one of these; a backend knows nothing else.
 */

/** An axis length. `'batch'` is the one length that stays symbolic until `bindBatch` fixes it. */
export type Dimension = number | 'batch';

/** A tensor's axis lengths, outermost first; `[]` is a scalar. */
export type Shape = readonly Dimension[];

/** A shape without a symbolic axis. */
export type BoundShape = readonly number[];

/** Index of a node in `Program.nodes`. */
export type NodeId = number;

/**
 * Elementwise functions of one operand. `sqrt`, `log` of a negative number are NaN, `log(0)` is −∞. `floor` is the next
 * whole number below, `round` the nearest one, of two that are equally near the even one. `cos` takes radians; its error
 * is absolute, and grows with |x| beyond 8192. `erf(x) = 2/√π ∫₀ˣ e^(−t²) dt`.
 */
export type UnaryOp =
  | 'neg'
  | 'abs'
  | 'sqrt'
  | 'exp'
  | 'log'
  | 'sigmoid'
  | 'softplus'
  | 'tanh'
  | 'floor'
  | 'round'
  | 'cos'
  | 'erf';

/** Elementwise functions of two operands, with NumPy broadcasting. */
export type BinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min';

/**
 * Functions that core knows to more digits than a chain of primitives has.
 *
 * - `dawson(x) = e^(−x²) ∫₀ˣ e^(t²) dt`; `logUniformKl(s) = 2 ∫₀ˢ dawson(u) du`, in nats.
 * - `lgamma(x) = log Γ(x)`, its derivative `digamma`, and that one's derivative `trigamma`, for x > 0; NaN below 0.
 * - `normalQuantile(p) = Φ⁻¹(p)`, the quantile of N(0, 1); NaN outside of [0, 1].
 * - `logNormalCdf(x) = log Φ(x)`, and its derivative `inverseMillsRatio(x) = φ(x) / Φ(x)`.
 */
export type SpecialFunction =
  | 'dawson'
  | 'logUniformKl'
  | 'lgamma'
  | 'digamma'
  | 'trigamma'
  | 'normalQuantile'
  | 'logNormalCdf'
  | 'inverseMillsRatio';

/**
 * Functions that core has as chains of primitives, accurate in float32: those that `special` nodes name, and operations
 * that not every backend has, or not to the last digits. A backend that lists one in `supports.functions` gets it as it
 * is; the others get the chain.
 */
export type ExpandedFunction = SpecialFunction | 'sigmoid' | 'softplus' | 'tanh' | 'cos' | 'erf';

/**
 * How a product reads its operands. `float16`: each number rounded to float16, to the nearest, ties to even, beyond 65,504
 * to an infinity. `int8`: each number rounded to a whole one, ties to even, and clipped to [−127, 127]. What is read so is
 * multiplied and added up in float32 or better.
 */
export type ProductPrecision = 'float16' | 'int8';

/**
 * When an input's value changes: `shared` stays for all iterations of a run, `iteration` is given anew for each
 * (a minibatch), `carried` starts from the given value and is then replaced by the output of the same name
 * (parameters, optimizer state).
 */
export type InputRole = 'shared' | 'iteration' | 'carried';

/** Zero rows and columns added around an image: `[top, bottom, left, right]`. */
export type Padding = readonly [number, number, number, number];

/** How a window moves over an image `[batch, height, width, channels]`. */
export interface SlidingWindow {
  /** Step in `[height, width]`. */
  readonly strides: readonly [number, number];
  readonly padding: Padding;
}

/**
 * How a filter moves over an image. A filter cell (i, j) reads the pixel `i · dilations[0]` rows and `j · dilations[1]`
 * columns from the window's corner. With `groups`, the channels of the image and of the result are cut into as many equal
 * parts, in order, and each part of the result reads the part of the image of the same number: the filter is
 * `[kh, kw, in / groups, out]`. As many groups as the image has channels make a depthwise convolution.
 */
export interface Convolution extends SlidingWindow {
  /** Distance of neighbouring filter cells in the image, in `[height, width]`. */
  readonly dilations: readonly [number, number];
  readonly groups: number;
}

/** What a node computes, with its attributes; `ProgramNode` adds operands and result shape. */
export type Operation =
  | { readonly op: 'input'; readonly name: string; readonly role: InputRole }
  /** A number repeated over `shape`, or row-major values of a fixed shape. Rounded to float32 by the backend. */
  | { readonly op: 'constant'; readonly value: number | readonly number[] }
  | { readonly op: UnaryOp }
  | { readonly op: BinaryOp }
  /** Operands a, b, x, y, broadcast: `a > b ? x : y`. */
  | { readonly op: 'selectGreater' }
  /** Reductions over axes. The empty sum is 0; an empty maximum is refused before a backend sees it. */
  | { readonly op: 'reduceSum'; readonly axes: readonly number[]; readonly keepAxes: boolean }
  | { readonly op: 'reduceMax'; readonly axes: readonly number[]; readonly keepAxes: boolean }
  /** `[…, m, k] × […, k, n] → […, m, n]`; leading axes broadcast; flags read the last two axes swapped. */
  | {
      readonly op: 'matmul';
      readonly transposeA: boolean;
      readonly transposeB: boolean;
      /** Never reaches a backend that does not list it in `supports.precisions`; float32 where absent. */
      readonly precision?: ProductPrecision;
    }
  /** Image `[batch, h, w, in]` ⋆ filter `[kh, kw, in / groups, out]` (cross-correlation). */
  | ({ readonly op: 'conv2d'; readonly precision?: ProductPrecision } & Convolution)
  /**
   * Operands filter, dy. Gradient of `conv2d` in its image, whose shape is this node's shape. Used forward, with dy as the
   * image, it is a transposed convolution.
   */
  | ({ readonly op: 'conv2dInputGradient' } & Convolution)
  /** Operands image, dy. Gradient of `conv2d` in its filter, whose shape is this node's shape. */
  | ({ readonly op: 'conv2dFilterGradient' } & Convolution)
  /** Padding never wins a maximum. */
  | ({ readonly op: 'maxPool2d'; readonly size: readonly [number, number] } & SlidingWindow)
  /** Operands image, dy. The gradient goes to the first maximum of each window in row-major order. */
  | ({ readonly op: 'maxPool2dGradient'; readonly size: readonly [number, number] } & SlidingWindow)
  /** Padding is not counted in an average. */
  | ({ readonly op: 'averagePool2d'; readonly size: readonly [number, number] } & SlidingWindow)
  /** Operand dy. The image's shape is this node's shape. */
  | ({ readonly op: 'averagePool2dGradient'; readonly size: readonly [number, number] } & SlidingWindow)
  | { readonly op: 'reshape' }
  /** Axis i of the result is axis `permutation[i]` of the operand. */
  | { readonly op: 'transpose'; readonly permutation: readonly number[] }
  /** NumPy broadcasting to this node's shape. */
  | { readonly op: 'broadcast' }
  /**
   * Operands table `[rows, …rest]` and indices `[…index]`; result `[…index, …rest]`. An index is equal to the number of its
   * row; any other number (a fraction, one outside of `[0, rows)`, NaN) reads a row of zeros. Float32 holds whole numbers
   * up to 2²⁴, which bounds the rows.
   */
  | { readonly op: 'gather' }
  /**
   * Operands indices `[…index]` and dy `[…index, …rest]`. Gradient of `gather` in its table, whose shape `[rows, …rest]` is
   * this node's shape: rows of dy with the same index are added up in row-major order of the indices, starting from 0.
   * Rows of dy whose index is no row's are left out.
   */
  | { readonly op: 'gatherGradient' }
  /** One operand or more, of shapes that differ along `axis` at most, one behind the other along it. */
  | { readonly op: 'concatenate'; readonly axis: number }
  /**
   * Element j of the result along an axis is element `starts + j · steps` of the operand, as many as this node's shape has.
   * Steps are whole numbers other than 0; negative ones go backwards.
   */
  | { readonly op: 'slice'; readonly starts: readonly number[]; readonly steps: readonly number[] }
  /**
   * Along each axis `before` and `after` numbers `value` around the operand, and `interior` of them between each two
   * neighbours. All are whole numbers from 0 on. With `value` 0 it is the gradient of a `slice` of steps `interior + 1`.
   */
  | {
      readonly op: 'pad';
      readonly value: number;
      readonly before: readonly number[];
      readonly after: readonly number[];
      readonly interior: readonly number[];
    }
  /**
   * Noise of the key input named `key`: element i of the result is element i of that key's stream, where for a
   * shape `[batch, …units]` the row index starts at the key's `row`. `uniform` is in [0, 1), `normal` is N(0, 1).
   */
  | { readonly op: 'noise'; readonly distribution: 'uniform' | 'normal'; readonly key: string }
  /** Never reaches a backend that does not list it in `supports.functions`. */
  | { readonly op: 'special'; readonly function: SpecialFunction }
  /**
   * Operands value, then pairs (input, partial). The value, whose derivative in each input is taken to be
   * `partial` (elementwise), and 0 in all else. Never reaches a backend.
   */
  | { readonly op: 'withDerivative' };

/** One node. `label` says where it comes from (`dense1/gamma`), for readers and error messages. */
export type ProgramNode<S extends Shape = Shape> = Operation & {
  readonly operands: readonly NodeId[];
  readonly shape: S;
  readonly label?: string;
};

/** The name of an operation. */
export type Op = Operation['op'];

/** A node of one operation, with its attributes. */
export type NodeOf<K extends Op, S extends Shape = Shape> = ProgramNode<S> & { readonly op: K };

/** A node whose every axis is a number. */
export type BoundNode = ProgramNode<BoundShape>;

/**
 * Topologically ordered nodes and named outputs. Inputs are the nodes with op `input`; keys are the names that noise
 * nodes mention. Each input with role `carried` has an output of the same name and shape.
 */
export interface Program<S extends Shape = Shape> {
  readonly name: string;
  readonly nodes: readonly ProgramNode<S>[];
  readonly outputs: Readonly<Record<string, NodeId>>;
}

/** A program whose every axis is a number: what a backend is given. `bindBatch` makes one, `boundProgram` checks for one. */
export type BoundProgram = Program<BoundShape>;
