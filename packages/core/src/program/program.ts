/**
 * The program: a static dataflow graph over float32 tensors, made of a small closed set of primitive operations.
 * Everything that Vardrop computes is one of these; a backend knows nothing else.
 */

/** An axis length. Only `'batch'` is symbolic; `bindBatch` binds it. */
export type Dimension = number | 'batch';

/** A tensor's axis lengths, outermost first; `[]` is a scalar. */
export type Shape = readonly Dimension[];

/** A shape without a symbolic axis. */
export type BoundShape = readonly number[];

/** Index of a node in `Program.nodes`. */
export type NodeId = number;

/**
 * Elementwise functions of one operand. `sqrt` and `log` of a negative number are NaN; `log(0)` is −∞. `floor` rounds
 * down to a whole number. `round` gives the nearest whole number, and in ties the even one. `cos` takes radians; its
 * error is absolute, and grows with |x| beyond 8192. `erf(x) = 2/√π ∫₀ˣ e^(−t²) dt`.
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
 * Functions that core computes more accurately than a plain chain of primitives would.
 *
 * - `dawson(x) = e^(−x²) ∫₀ˣ e^(t²) dt`; `logUniformKl(s) = 2 ∫₀ˢ dawson(u) du`, in nats.
 * - `lgamma(x) = log Γ(x)`, its derivative `digamma`, and the derivative of that, `trigamma`, for x > 0; NaN below 0.
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
 * Functions that core can expand into chains of primitives that are accurate in float32. They are the functions of
 * `special` nodes, and operations that some backends lack or compute less accurately. A backend that lists a function
 * in `supports.functions` gets it unchanged; other backends get the chain.
 */
export type ExpandedFunction = SpecialFunction | 'sigmoid' | 'softplus' | 'tanh' | 'cos' | 'erf';

/**
 * When an input's value changes. `shared`: the same in all iterations of a run. `iteration`: given anew for each
 * iteration (a minibatch). `carried`: starts from the given value; after each iteration the output of the same name
 * replaces it (parameters, optimizer state).
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
 * How a filter moves over an image. The filter cell (i, j) reads the pixel that lies `i · dilations[0]` rows and
 * `j · dilations[1]` columns from the window's corner. `groups` cuts the channels of the image and of the result into
 * that many equal parts, in order. Each part of the result reads only the part of the image with the same number. The
 * filter is `[kh, kw, in / groups, out]`. With as many groups as the image has channels, this is a depthwise
 * convolution.
 */
export interface Convolution extends SlidingWindow {
  /** Distance between the pixels that neighbouring filter cells read, in `[height, width]`. */
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
  /** Reductions over axes. The sum of nothing is 0. A maximum of nothing is refused before a backend gets it. */
  | { readonly op: 'reduceSum'; readonly axes: readonly number[]; readonly keepAxes: boolean }
  | { readonly op: 'reduceMax'; readonly axes: readonly number[]; readonly keepAxes: boolean }
  /**
   * `[…, m, k] × […, k, n] → […, m, n]`. Leading axes broadcast. With a flag, an operand is read with its last two axes
   * swapped.
   */
  | { readonly op: 'matmul'; readonly transposeA: boolean; readonly transposeB: boolean }
  /** Image `[batch, h, w, in]` ⋆ filter `[kh, kw, in / groups, out]` (cross-correlation). */
  | ({ readonly op: 'conv2d' } & Convolution)
  /**
   * Operands filter, dy. Gradient of `conv2d` with respect to its image. The image's shape is this node's shape.
   * Applied to an image in place of dy, this is a transposed convolution.
   */
  | ({ readonly op: 'conv2dInputGradient' } & Convolution)
  /** Operands image, dy. Gradient of `conv2d` with respect to its filter. The filter's shape is this node's shape. */
  | ({ readonly op: 'conv2dFilterGradient' } & Convolution)
  /** Padding is never the maximum. */
  | ({ readonly op: 'maxPool2d'; readonly size: readonly [number, number] } & SlidingWindow)
  /** Operands image, dy. The gradient goes to the first maximum of each window in row-major order. */
  | ({ readonly op: 'maxPool2dGradient'; readonly size: readonly [number, number] } & SlidingWindow)
  /** Padding does not count in an average. */
  | ({ readonly op: 'averagePool2d'; readonly size: readonly [number, number] } & SlidingWindow)
  /** Operand dy. The image's shape is this node's shape. */
  | ({ readonly op: 'averagePool2dGradient'; readonly size: readonly [number, number] } & SlidingWindow)
  | { readonly op: 'reshape' }
  /** Axis i of the result is axis `permutation[i]` of the operand. */
  | { readonly op: 'transpose'; readonly permutation: readonly number[] }
  /** NumPy broadcasting to this node's shape. */
  | { readonly op: 'broadcast' }
  /**
   * Operands table `[rows, …rest]` and indices `[…index]`; result `[…index, …rest]`. An index equals the number of its
   * row. Any other number (a fraction, a number outside of `[0, rows)`, NaN) reads a row of zeros. A table has at most
   * 2²⁴ rows, because float32 holds all whole numbers only up to 2²⁴.
   */
  | { readonly op: 'gather' }
  /**
   * Operands indices `[…index]` and dy `[…index, …rest]`. Gradient of `gather` with respect to its table. The table's
   * shape `[rows, …rest]` is this node's shape. Rows of dy with the same index are added up, starting from 0, in an order
   * that is the same in every run: one after the other, or in blocks. Rows of dy whose index is not a row's number are
   * ignored.
   */
  | { readonly op: 'gatherGradient' }
  /** One operand or more, joined along `axis`. Their shapes may differ only along `axis`. */
  | { readonly op: 'concatenate'; readonly axis: number }
  /**
   * Along each axis, element j of the result is element `starts + j · steps` of the operand. This node's shape says how
   * many elements it takes. Steps are whole numbers other than 0; a negative step goes backwards.
   */
  | { readonly op: 'slice'; readonly starts: readonly number[]; readonly steps: readonly number[] }
  /**
   * Along each axis, adds `before` and `after` elements `value` around the operand, and `interior` of them between
   * neighbours. All are whole numbers, at least 0. With `value` 0 it is the gradient of a `slice` of steps
   * `interior + 1`.
   */
  | {
      readonly op: 'pad';
      readonly value: number;
      readonly before: readonly number[];
      readonly after: readonly number[];
      readonly interior: readonly number[];
    }
  /**
   * Noise of the key input named `key`. Element i of the result is element i of that key's stream. For a shape
   * `[batch, …units]` the row index starts at the key's `row`. `uniform` is in [0, 1), `normal` is N(0, 1).
   */
  | { readonly op: 'noise'; readonly distribution: 'uniform' | 'normal'; readonly key: string }
  /** A backend gets it only for functions that it lists in `supports.functions`. */
  | { readonly op: 'special'; readonly function: SpecialFunction }
  /**
   * Operands value, then pairs (input, partial). The result is the value. Its derivative with respect to each input is
   * taken to be `partial` (elementwise), and 0 with respect to anything else. A backend never gets it.
   */
  | { readonly op: 'withDerivative' };

/** One node. `label` says what the node belongs to (`dense1/gamma`), for readers and error messages. */
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
 * Topologically ordered nodes and named outputs. Inputs are the nodes with op `input`. Keys are the names that noise
 * nodes mention. Each input of role `carried` has an output of the same name and shape.
 */
export interface Program<S extends Shape = Shape> {
  readonly name: string;
  readonly nodes: readonly ProgramNode<S>[];
  readonly outputs: Readonly<Record<string, NodeId>>;
}

/**
 * A program in which every axis is a number; backends take only such programs. `bindBatch` makes one, `boundProgram`
 * checks for one.
 */
export type BoundProgram = Program<BoundShape>;
