import type { GPU, IKernelRunShortcut } from 'gpu.js';
import { callKernel, type Resident } from '../internals.js';
import type { TrafficCounter } from '../traffic.js';
import { elements } from './elements.js';

/** Puts values where gpu.js computes, or what is there into another layout: as a kernel of threads `output` would have. */
export type Place = (from: Float32Array | Resident, output: readonly number[]) => Promise<Resident>;

/** A placer; its kernels live as long as gpu.js does, since what they made does. */
export function createPlacer(gpu: GPU, traffic: TrafficCounter): Place {
  const kernels = new Map<string, IKernelRunShortcut>();
  return async (from, output) => {
    const onHost = from instanceof Float32Array;
    if (onHost) traffic.copyIn(from);
    const key = `${onHost ? `host ${from.length}` : from.output} to ${output}`;
    const known = kernels.get(key);
    const kernel =
      known ??
      gpu.createKernel(source(output), { output: [...output], precision: 'single', pipeline: true, immutable: true });
    kernels.set(key, kernel);
    return callKernel<Resident | Promise<Resident>>(kernel, [onHost ? padded(from, output) : from]);
  };
}

/** As many values as there are threads, which read one each. */
function padded(values: Float32Array, output: readonly number[]): Float32Array {
  const size = elements(output);
  if (values.length === size) return values;
  const all = new Float32Array(size);
  all.set(values);
  return all;
}

function source([width, height]: readonly number[]): string {
  const terms = ['this.thread.x'];
  if (height !== undefined) terms.push(`this.thread.y * ${width}`, `this.thread.z * ${width * height}`);
  return `function kernel(v) { return v[${terms.join(' + ')}]; }`;
}
