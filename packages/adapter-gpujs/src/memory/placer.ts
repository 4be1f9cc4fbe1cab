import { elementCount } from '@vardrop/core/program';
import type { GPU, IGPUKernelSettings, IKernelRunShortcut } from 'gpu.js';
import { callKernel, destroyKernel, type Resident } from '../gpujs/internals.js';
import type { TrafficCounter } from './traffic.js';

/** Copies values into gpu.js's memory, or there into another layout: that of a result of `output` threads. */
export interface Placer {
  place(from: Float32Array | Resident, output: readonly number[]): Promise<Resident>;
  /**
   * Destroys kernels without tensors; the others follow once their tensors are deleted. To be called after programs
   * were disposed of.
   */
  empty(): void;
}

/**
 * A kernel for one length and layout. It keeps a copy of what it read last, and has to outlive the tensors that it
 * made.
 */
interface Placing {
  readonly kernel: IKernelRunShortcut;
  /** Number of tensors that it made and that have not been deleted. */
  live: number;
}

/** Kernels without living tensors that are kept for the next run of a program. */
const mostIdle = 32;

/** A placer; `destroyed` is called after kernels have been destroyed. */
export function createPlacer(gpu: GPU, traffic: TrafficCounter, destroyed: () => void): Placer {
  /** The one used last comes last. */
  const placings = new Map<string, Placing>();

  function trim(most: number): void {
    const idle = [...placings].filter(([, { live }]) => live === 0);
    const gone = idle.slice(0, Math.max(0, idle.length - most));
    for (const [key, { kernel }] of gone) {
      placings.delete(key);
      destroyKernel(gpu, kernel);
    }
    if (gone.length > 0) destroyed();
  }

  const placingFor = (key: string, output: readonly number[]): Placing => {
    const settings: IGPUKernelSettings = { output: [...output], precision: 'single', pipeline: true, immutable: true };
    const placing = placings.get(key) ?? { kernel: gpu.createKernel(source(output), settings), live: 0 };
    placings.delete(key);
    placings.set(key, placing);
    return placing;
  };

  return {
    async place(from, output) {
      const onHost = from instanceof Float32Array;
      if (onHost) traffic.copyIn(from);
      const placing = placingFor(`${onHost ? `host ${from.length}` : from.output} to ${output}`, output);
      let owned = true;
      placing.live++;
      const released = () => {
        if (!owned) return;
        owned = false;
        placing.live--;
        trim(mostIdle);
      };
      try {
        const operand = onHost ? padded(from, output) : from;
        const made = await callKernel<Resident | Promise<Resident>>(placing.kernel, [operand]);
        const remove = made.delete.bind(made);
        made.delete = () => {
          remove();
          released();
        };
        return made;
      } catch (error) {
        released();
        throw error;
      }
    },
    empty: () => trim(0),
  };
}

/** The values, with zeros at the end if there are more threads, each of which reads one. */
function padded(values: Float32Array, output: readonly number[]): Float32Array {
  const size = elementCount(output);
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
