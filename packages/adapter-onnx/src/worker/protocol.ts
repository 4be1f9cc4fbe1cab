import type { BoundIteration, Entries, Supports } from '@vardrop/core/backend';
import type { BoundProgram } from '@vardrop/core/program';
import type { OnnxDevice, SessionOptions, WasmPaths } from '../ort.js';

/** Number by which the caller's side calls a tensor of the worker's. */
export type TensorId = number;

/** Ids by name of input or output. */
export type TensorIds = Entries<TensorId>;

/** What the worker makes its backend with; plain data, since it is copied to the worker. */
export interface WorkerOptions {
  readonly device: OnnxDevice;
  readonly threads?: number;
  readonly session?: SessionOptions;
  readonly wasmPaths?: WasmPaths;
}

/** What a request asks for; the worker answers with a `Reply`. */
export type Question =
  | { readonly kind: 'open'; readonly options: WorkerOptions }
  | { readonly kind: 'read'; readonly tensor: TensorId }
  | { readonly kind: 'compile'; readonly executable: number; readonly program: BoundProgram }
  | { readonly kind: 'close' };

/** What the worker is told, without an answer. Failures of a run are the answer to whoever reads its results. */
export type Command =
  | {
      readonly kind: 'upload';
      readonly tensor: TensorId;
      readonly data: Float32Array;
      readonly shape: readonly number[];
    }
  | { readonly kind: 'dispose'; readonly tensor: TensorId }
  | {
      readonly kind: 'run';
      readonly executable: number;
      readonly shared: TensorIds;
      readonly iterations: readonly BoundIteration<TensorId>[];
      /** Ids that the results get. */
      readonly carried: TensorIds;
      readonly outputs: readonly TensorIds[];
    }
  | { readonly kind: 'release'; readonly executable: number };

/** A message to the worker. They are obeyed in the order in which they were sent. */
export type Message = Command | (Question & { readonly request: number });

/** What crosses of an error. */
export interface PlainError {
  readonly code: string;
  readonly message: string;
  /** Where it was thrown, in the worker. */
  readonly stack?: string;
}

/** A message from the worker. */
export type Reply =
  | { readonly request: number; readonly value: unknown }
  | { readonly request: number; readonly error: PlainError };

/** What a worker says of its backend once it is open. */
export interface Opened {
  readonly name: string;
  readonly supports: Supports;
}
