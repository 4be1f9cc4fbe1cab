import type { BoundProgram, ExpandedFunction } from '../program/program.js';

/**
 * The contract between core and a backend, version 2. A backend compiles whole programs and runs them; it knows nothing
 * of dropout. It gets only programs that `validate` accepts, in which:
 *
 * - every axis is a positive number (the symbolic `batch` is bound) and every node is used;
 * - there is no `withDerivative`;
 * - every `special`, `sigmoid`, `softplus`, `tanh`, `cos` and `erf` is listed in `supports.functions`;
 * - there is no `noise` unless `supports.noise` is `'device'`.
 *
 * Functions that take a backend refuse one of another version with `VARDROP_CONTRACT` (`checkBackend`).
 */
export const contractVersion = 2;

/** A tensor on a backend: float32, row-major. Only its shape is visible. The receiver owns it. */
export interface Tensor {
  readonly shape: readonly number[];
}

/** Tensors by the name of their input or output. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** A stream of noise: two uint32 words, and the index of the first data row (default 0). */
export interface NoiseKey {
  readonly words: readonly [number, number];
  readonly row?: number;
}

/** The data of one iteration: inputs of role `iteration`, and one key for each key name that the program mentions. */
export interface Iteration {
  readonly inputs?: Tensors;
  readonly keys?: Readonly<Record<string, NoiseKey>>;
}

/** The result of a run: the last values of the carried inputs, and the other outputs of each iteration. */
export interface RunResult {
  readonly carried: Tensors;
  readonly outputs: readonly Tensors[];
}

/** The capabilities of a backend, as data that core, the conformance suite and users read. */
export interface Supports {
  /** Where noise is made. With `'host'`, core replaces noise nodes by inputs and fills them. */
  readonly noise: 'host' | 'device';
  /** The precision in which the backend computes. Results are read as float32 in both cases. */
  readonly precision: 'float32' | 'float64';
  /** Functions that it evaluates itself, accurately. In programs for this backend, primitives replace all others. */
  readonly functions: readonly ExpandedFunction[];
  /** Whether infinities and NaN follow IEEE 754. */
  readonly nonFinite: boolean;
  /** Whether numbers below 2⁻¹²⁶ are kept (true) or may be flushed to zero. */
  readonly subnormals: boolean;
  /**
   * Largest error in units in the last place, measured over the operation's range. For `cos` the unit is 2⁻²⁴ and the
   * range is |x| ≤ 8192. The other elementwise operations round once or not at all.
   */
  readonly ulps: Readonly<
    Record<'exp' | 'log' | 'sigmoid' | 'softplus' | 'tanh' | 'cos' | 'erf' | 'sqrt' | 'div', number>
  >;
  /**
   * Most terms that it adds up one after the other, at least 16; core splits longer sums into stages. Absent if the
   * backend adds up long sums in blocks by itself. In both cases a term goes through at most 4095 additions for each
   * factor of 4096 in the number of terms (`errorBound`). `gatherGradient` is left as it is: it may add up one row after
   * the other.
   */
  readonly terms?: number;
  /** Largest number of elements of one tensor. Absent if only memory limits it. */
  readonly elements?: number;
  /**
   * Graphics cards only: how many turns of a loop one thread completed in a test when the backend was created. Drivers
   * may end longer loops without an error. The backend therefore splits longer loops among threads or launches, or
   * refuses them with `VARDROP_LIMITS`. Absent on other devices.
   */
  readonly turns?: number;
  /** How many threads compute, where the backend decides that itself. */
  readonly threads?: number;
  /**
   * Whether results of the same program may differ between engines and processors in their last digits, since sums of products are
   * rounded as the processor prefers (WebAssembly's relaxed SIMD). On one machine they do not.
   */
  readonly relaxed?: boolean;
}

/** A program compiled for fixed shapes. */
export interface Executable {
  /**
   * Runs `iterations.length` iterations and returns handles at once, without waiting for the device. `shared` holds the
   * inputs of role `shared` and the initial values of role `carried`. Runs of one executable execute in call order. A
   * failure on the device surfaces at `read`.
   *
   * The inputs stay with their owner, who may dispose of them as soon as `run` has returned. All returned handles are
   * different and belong to the caller, who disposes of each once. A run of no iterations returns the carried values.
   *
   * Throws before anything is computed: `VARDROP_INPUT` for inputs and keys that are missing or unknown, for inputs of
   * another shape and for handles of another backend; `VARDROP_DISPOSED` for disposed handles and after `dispose`.
   * `createExecutableOf` implements all of this.
   */
  run(shared: Tensors, iterations: readonly Iteration[]): RunResult;
  /** Frees the compiled program. Tensors that it returned stay alive. */
  dispose(): void;
}

/** One way of running programs. `T` is the framework's own tensor type. */
export interface Backend<T = unknown> {
  /** `framework:device`, such as `tfjs:wasm`. */
  readonly name: string;
  /**
   * The version of the contract that the backend is written for. State a literal number: with core's `contractVersion`,
   * a backend would always claim to fit.
   */
  readonly contractVersion: typeof contractVersion;
  readonly supports: Supports;
  /**
   * Copies `data` (row-major, as many values as `shape` has) before it returns, so the caller may change the array
   * afterwards. Refuses anything other than a Float32Array and a shape with as many elements, with a `VARDROP_…` code
   * (see `checkValues`).
   */
  upload(data: Float32Array, shape: readonly number[]): Tensor;
  /**
   * Copies a tensor to a new array on the host. Rejects with the error if its computation failed, and with
   * `VARDROP_DEVICE_LOST` if the device was lost, so that only another backend helps. The tensor may be disposed of as
   * soon as `read` has returned. If the backend is closed during a read, the read still settles, with the values or
   * with a `VARDROP_…` code.
   */
  read(tensor: Tensor): Promise<Float32Array<ArrayBuffer>>;
  /** Frees a tensor. A second call for the same handle, and any later use of it, throws `VARDROP_DISPOSED`. */
  dispose(tensor: Tensor): void;
  /** Prepares a program. Expensive; needed once per program and batch size. */
  compile(program: BoundProgram): Promise<Executable>;
  /** How many tensors of this backend have not been disposed of. */
  liveTensors(): number;
  /**
   * How many of the framework's tensors this backend keeps, with and without handles. Tests use it to find leaks: the
   * number after a run, with all its handles disposed of, equals the number before. Absent where the framework does not
   * count tensors.
   */
  allocated?(): number;
  /** The framework's own tensor behind a handle. The handle still owns it. */
  native(tensor: Tensor): Promise<T>;
  /**
   * Makes a handle for a framework's tensor; the handle owns it from now on. A tensor that already has a handle, such
   * as one from `native`, gets a second one. Dispose of each handle separately; the values live until both are disposed
   * of.
   */
  wrap(native: T): Tensor;
  /** Frees everything that the backend still holds. Later uses throw `VARDROP_DISPOSED`; a second call does nothing. */
  close(): Promise<void>;
}
