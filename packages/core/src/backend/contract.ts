import type { BoundProgram, ExpandedFunction, ProductPrecision } from '../program/program.js';

/**
 * The contract between core and a backend, version 2. A backend compiles whole programs and runs them; it knows
 * nothing of dropout. It receives only programs that `validate` accepts, with every axis a positive number (the
 * symbolic `batch` is bound), every node used, no `withDerivative`, no `special`, `sigmoid`, `softplus`, `tanh`, `cos` or
 * `erf` that `supports.functions` does not list, no product in a precision that `supports.precisions` does not list, and
 * no `noise` unless `supports.noise` is `'device'`.
 * A backend of another version is refused with `VARDROP_CONTRACT` where it is handed in (`checkBackend`).
 */
export const contractVersion = 2;

/** A tensor on a backend: float32, row-major. Opaque but for its shape; its receiver owns it. */
export interface Tensor {
  readonly shape: readonly number[];
}

/** Tensors by name of input or output. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** A stream of noise: two uint32 words, and the index of the first data row (0 if left out). */
export interface NoiseKey {
  readonly words: readonly [number, number];
  readonly row?: number;
}

/** What one iteration is given: inputs of role `iteration`, and one key for each key that the program mentions. */
export interface Iteration {
  readonly inputs?: Tensors;
  readonly keys?: Readonly<Record<string, NoiseKey>>;
}

/** What a run returns: the last values of the carried inputs, and each iteration's other outputs. */
export interface RunResult {
  readonly carried: Tensors;
  readonly outputs: readonly Tensors[];
}

/** What a backend can do, as data that core, the conformance suite and users read. */
export interface Supports {
  /** Where noise is made: `'host'` makes core replace noise nodes by inputs and fill them. */
  readonly noise: 'host' | 'device';
  /** In what the backend computes; results are read as float32 either way. */
  readonly precision: 'float32' | 'float64';
  /** Functions that it evaluates itself, accurately; programs that it compiles have primitives in the place of the others. */
  readonly functions: readonly ExpandedFunction[];
  /** Whether infinities and NaN come out as IEEE 754 has them. */
  readonly nonFinite: boolean;
  /** Whether numbers below 2⁻¹²⁶ are kept (true) or may be flushed to zero. */
  readonly subnormals: boolean;
  /**
   * Largest error, in units in the last place, measured over the op's range; of `cos` in units of 2⁻²⁴, for |x| ≤ 8192. The
   * other elementwise ops round once, or not at all.
   */
  readonly ulps: Readonly<
    Record<'exp' | 'log' | 'sigmoid' | 'softplus' | 'tanh' | 'cos' | 'erf' | 'sqrt' | 'div', number>
  >;
  /** Precisions in which it multiplies where a program asks for it; float32 only if left out. */
  readonly precisions?: readonly ProductPrecision[];
  /**
   * Most terms that it adds up one after the other, at least 16: core puts longer sums in stages. Absent where it adds up
   * long sums in blocks by itself. On either way a term goes through 4095 additions at the most for each factor of 4096
   * that the number of terms has (`errorBound`).
   */
  readonly terms?: number;
  /** Largest number of elements of one tensor; absent if only memory limits it. */
  readonly elements?: number;
  /**
   * Graphics cards: turns of loops that one thread was seen to make when the backend was created. Drivers may end loops
   * after some number without a word; the backend shares longer ones out among threads or launches, or refuses them with
   * `VARDROP_LIMITS`. Absent elsewhere.
   */
  readonly turns?: number;
}

/** A program compiled for fixed shapes. */
export interface Executable {
  /**
   * Runs `iterations.length` iterations and returns handles at once, without waiting for the device. `shared` holds
   * the inputs of role `shared` and the first values of those of role `carried`. Runs of one executable execute in
   * call order; a failure on the device surfaces at `read`. Nothing that is passed in is disposed of, and it may be
   * disposed of by its owner as soon as `run` has returned; everything returned belongs to the caller, who disposes of
   * each handle once (no two of them are the same handle). A run of no iterations hands back the carried values.
   * Inputs and keys that are missing or unknown, inputs of another shape, and handles that are not this backend's, are
   * refused with `VARDROP_INPUT` before anything is computed; disposed ones, and a run after `dispose`, with
   * `VARDROP_DISPOSED`. `createExecutableOf` does all of this.
   */
  run(shared: Tensors, iterations: readonly Iteration[]): RunResult;
  /** Frees what the compiled program holds. Tensors that it returned live on. */
  dispose(): void;
}

/** One way of running programs. `T` is the framework's own tensor type. */
export interface Backend<T = unknown> {
  /** `framework:device`, such as `tfjs:wasm`. */
  readonly name: string;
  /**
   * The version of the contract that it is written for. A number of its own: core's `contractVersion` in its place would
   * say of any backend that it fits.
   */
  readonly contractVersion: typeof contractVersion;
  readonly supports: Supports;
  /**
   * Copies `data` (row-major, as many values as `shape` has) before it returns: the array may be written to again. Refuses
   * anything but a Float32Array and a shape that it fills, with a `VARDROP_…` code (see `checkValues`).
   */
  upload(data: Float32Array, shape: readonly number[]): Tensor;
  /**
   * Copies a tensor to a new array on the host, rejecting with what went wrong if its computation failed: with
   * `VARDROP_DEVICE_LOST` if what it lives on was taken away, so that only another backend helps. The tensor may be
   * disposed of as soon as `read` has returned. A read that is pending when the backend is closed still settles, with the
   * values or with a `VARDROP_…` code.
   */
  read(tensor: Tensor): Promise<Float32Array<ArrayBuffer>>;
  /** Frees a tensor. A second call for the same handle, or a use after it, throws `VARDROP_DISPOSED`. */
  dispose(tensor: Tensor): void;
  /** Prepares a program; expensive, done once per program and batch size. */
  compile(program: BoundProgram): Promise<Executable>;
  /** How many tensors handed out by this backend have not been disposed of. */
  liveTensors(): number;
  /**
   * How many tensors of the framework this backend keeps, handles or none, for tests that look for leaks: as many after a run
   * whose handles are disposed of as before. Absent where the framework does not count them.
   */
  allocated?(): number;
  /** The framework's own tensor behind a handle; it stays owned by the handle. */
  native(tensor: Tensor): Promise<T>;
  /**
   * Takes a framework's tensor in; the handle owns it from now on. A tensor that a handle owns already, as `native` hands
   * it out, gets a second handle: each of them is disposed of by itself, and the values live until both are.
   */
  wrap(native: T): Tensor;
  /** Frees everything that the backend still holds; uses after it throw `VARDROP_DISPOSED`, a second call does nothing. */
  close(): Promise<void>;
}
