import { setFlagsFromString } from 'node:v8';
import { elementCount } from '@vardrop/core/program';
import { type Kernel, kernelModule } from '../src/index.js';

// Later versions have it without.
if (Number.parseInt(process.versions.node, 10) < 22) setFlagsFromString('--experimental-wasm-relaxed-simd');

/** Floats before, between and after tensors, which no kernel may write. */
const gap = 16;
const page = 65536;

/**
 * Runs a kernel in a memory of its own, and gives its results. They and the scratch memory hold NaN before. With
 * `random` (numbers in [0, 1)) the tasks of each phase are cut into random ranges, which run in random order, with relaxed SIMD. Throws
 * if the kernel writes outside of its results and scratch memory.
 */
export function runKernel(
  kernel: Kernel,
  operands: readonly Float32Array[],
  random?: () => number,
): Float32Array<ArrayBuffer>[] {
  const { phases, results, scratch } = kernel;
  const sizes = [...operands.map(({ length }) => length), ...results.map(elementCount)];
  if (scratch !== undefined) sizes.push(scratch);
  const starts: number[] = [];
  let end = gap;
  for (const size of sizes) {
    starts.push(end);
    end += Math.ceil(size / 4) * 4 + gap;
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil((4 * end) / page) });
  const floats = new Float32Array(memory.buffer).fill(Number.NaN);
  operands.forEach((values, i) => {
    floats.set(values, starts[i]);
  });
  const before = new Uint32Array(memory.buffer.slice(0));

  const { bytes, names } = kernelModule([kernel], { fused: random !== undefined });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { m: memory } });
  phases.forEach(({ tasks }, phase) => {
    const run = exports[names[0][phase]] as (...parameters: number[]) => void;
    for (const [first, last] of random ? shuffledRanges(tasks, random) : [[0, tasks]]) {
      run(...starts.map((start) => 4 * start), first, last);
    }
  });

  const written = operands.length;
  const after = new Uint32Array(memory.buffer);
  let at = 0;
  for (let i = written; i <= sizes.length; i++) {
    const next = i < sizes.length ? starts[i] : after.length;
    for (; at < next; at++)
      if (after[at] !== before[at]) throw new Error(`The kernel writes to ${at - next} before ${i}.`);
    at = i < sizes.length ? next + sizes[i] : at;
  }
  return results.map((_, i) => floats.slice(starts[written + i], starts[written + i] + sizes[written + i]));
}

/** Ranges that cover all tasks, in random order. */
function shuffledRanges(tasks: number, random: () => number): (readonly [first: number, end: number])[] {
  const ranges: (readonly [number, number])[] = [];
  for (let first = 0; first < tasks; ) {
    const end = Math.min(tasks, first + 1 + Math.floor(random() * 4));
    ranges.splice(Math.floor(random() * (ranges.length + 1)), 0, [first, end]);
    first = end;
  }
  return ranges;
}
