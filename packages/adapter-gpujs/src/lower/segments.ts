import type { KernelSource, ValueId } from '../print/kernelSource.js';

/**
 * Which segment of a program each kernel is in: a kernel that reads a result in blocks is in a later one than the
 * kernel that makes it.
 */
export interface Segments {
  /** The first segment that can read all of these values. */
  firstFor(values: readonly ValueId[]): number;
  /** Assigns the next kernel to the first segment that can run it, and returns that. */
  place(kernel: Pick<KernelSource, 'inputs' | 'result' | 'blocks'>): number;
}

/** Segments without kernels. */
export function createSegments(): Segments {
  const readable = new Map<ValueId, number>();
  const firstFor = (values: readonly ValueId[]) => Math.max(0, ...values.map((id) => readable.get(id) ?? 0));
  return {
    firstFor,
    place({ inputs, result, blocks }) {
      const at = firstFor(inputs);
      readable.set(result, blocks ? at + 1 : at);
      return at;
    },
  };
}
