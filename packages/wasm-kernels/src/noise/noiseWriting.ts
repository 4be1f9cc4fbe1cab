import type { Push, VectorWriter } from '../write/vectorWriter.js';
import type { FunctionWriter, Local } from '../write/wasmWriter.js';

/**
 * Numbers made at a time. They go through several short passes over a buffer, because a processor is busy only while it sees
 * many counters at once: in one long loop it would wait for one round after the other. Engines do not keep the order of
 * instructions within a loop, so writing several counters side by side does not help.
 */
export const chunk = 1024;

/** The state while a noise kernel is being written. */
export interface NoiseWriting {
  readonly w: FunctionWriter;
  readonly v: VectorWriter;
  /** The address of the buffer: `chunk` words, then `chunk` second words. */
  readonly buffer: Local;
  /** The address after the words of this chunk, which are a multiple of 8. */
  readonly bufferEnd: Local;
}

/** The two places of the buffer that belong to a vector of numbers. */
export interface Place {
  readonly first: Push;
  readonly second: Push;
  storeFirst(value: Push): void;
  storeSecond(value: Push): void;
}

/** Writes a loop over the chunk, `vectors` vectors of four numbers a turn. */
export function walkBuffer(
  { w, buffer, bufferEnd }: NoiseWriting,
  vectors: 1 | 2,
  body: (places: readonly Place[], at: Local) => void,
): void {
  const at = w.i32();
  const places = Array.from({ length: vectors }, (_, i) => placeAt(w, at, 16 * i));
  w.loop(at, bufferEnd, 16 * vectors, () => body(places, at), buffer);
}

/** The place at an address plus `offset` bytes. */
export function placeAt(w: FunctionWriter, at: Local, offset = 0): Place {
  const load = (from: number) => () => {
    w.get(at);
    w.load(from);
  };
  const store = (to: number) => (value: Push) => {
    w.get(at);
    value();
    w.store(to);
  };
  return {
    first: load(offset),
    second: load(4 * chunk + offset),
    storeFirst: store(offset),
    storeSecond: store(4 * chunk + offset),
  };
}
