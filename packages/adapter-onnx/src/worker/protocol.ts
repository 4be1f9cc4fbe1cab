import type { BoundIteration, Entries, Supports } from '@vardrop/core/backend';
import type { BoundProgram } from '@vardrop/core/program';
import type { OnnxDevice, SessionOptions, WasmPaths } from '../ort.js';

/** The caller's number for a tensor of the worker. */
export type TensorId = number;

/** Ids by name of input or output. */
export type TensorIds = Entries<TensorId>;

/** Options of the worker's backend: plain data, since they are copied to the worker. */
export interface WorkerOptions {
  readonly device: OnnxDevice;
  readonly threads?: number;
  readonly session?: SessionOptions;
  readonly wasmPaths?: WasmPaths;
}

/** A message that the worker answers with a `Reply`. */
export type Question =
  | { readonly kind: 'open'; readonly options: WorkerOptions }
  | { readonly kind: 'read'; readonly tensor: TensorId }
  | { readonly kind: 'compile'; readonly executable: number; readonly program: BoundProgram }
  | { readonly kind: 'close' };

/** A message without an answer. If a run fails, reading its results rejects with its error. */
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
      /** Numbers that the caller has given the results. */
      readonly carried: TensorIds;
      readonly outputs: readonly TensorIds[];
    }
  | { readonly kind: 'release'; readonly executable: number };

/** A message to the worker. Messages are handled in the order in which they were sent. */
export type Message = Command | (Question & { readonly request: number });

/** An error as it is sent between threads. */
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

/** What a worker reports of its backend once it is open. */
export interface Opened {
  readonly name: string;
  readonly supports: Supports;
}
