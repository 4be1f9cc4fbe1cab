import type { LoweredProgram } from '../lower/lowerProgram.js';
import { createSegments } from '../lower/segments.js';
import type { KernelSource, ValueId } from '../print/kernelSource.js';
import type { Runtime } from '../start/runtime.js';
import { createPipelineRunner } from './pipelineRunner.js';
import type { HostRunner } from './runner.js';

/**
 * Runs a program in the fewest pipelines: one, unless kernels read results in blocks. They have to be in a later
 * pipeline than the kernels that make these.
 */
export function createSegmentRunner(
  runtime: Runtime,
  who: string,
  { kernels, constants }: LoweredProgram,
  inputs: readonly ValueId[],
  results: readonly ValueId[],
): HostRunner {
  const segments = splitKernels(kernels);
  const runners = segments.map((own, i) => {
    const made = new Set(own.map(({ result }) => result));
    const later = segments.slice(i + 1).flatMap((each) => each.flatMap((kernel) => kernel.inputs));
    const wanted = new Set([...later, ...results]);
    const read = new Set(own.flatMap((kernel) => kernel.inputs));
    return createPipelineRunner(
      runtime,
      who,
      { kernels: own, constants },
      [...read].filter((id) => !made.has(id) && !constants.has(id)),
      [...made].filter((id) => wanted.has(id)),
    );
  });
  return {
    inputs,
    results,
    async run(given) {
      const values = new Map(inputs.map((id, i) => [id, given[i]]));
      for (const runner of runners) {
        const made = await runner.run(runner.inputs.map((id) => values.get(id) as Float32Array));
        runner.results.forEach((id, i) => {
          values.set(id, made[i]);
        });
      }
      return results.map((id) => values.get(id) as Float32Array);
    },
    async dispose() {
      for (const runner of runners) await runner.dispose();
    },
  };
}

/** Kernels by segment; each list in the order given. */
function splitKernels(kernels: readonly KernelSource[]): KernelSource[][] {
  const segments = createSegments();
  const lists: KernelSource[][] = [];
  for (const kernel of kernels) {
    const at = segments.place(kernel);
    lists[at] ??= [];
    lists[at].push(kernel);
  }
  return lists;
}
