import { elementCount } from '@vardrop/core/program';
import { degraded, modeNamed } from '../gpujs/checkMode.js';
import { callKernel, createPipeline, kernelsOf, type Operand } from '../gpujs/internals.js';
import type { LoweredProgram } from '../lower/lowerProgram.js';
import type { KernelSource, ValueId } from '../print/kernelSource.js';
import type { Runtime } from '../start/runtime.js';
import { createKernels } from './createKernels.js';
import { flatten, unblock } from './flatten.js';
import { guarded } from './guarded.js';
import type { HostRunner } from './runner.js';

/** Runs all kernels as one pipeline of gpu.js on webasm: one pass over one memory, with threads where that pays. */
export function createPipelineRunner(
  runtime: Runtime,
  who: string,
  { kernels, constants }: Pick<LoweredProgram, 'kernels' | 'constants'>,
  inputs: readonly ValueId[],
  results: readonly ValueId[],
): HostRunner {
  const { gpu } = runtime;
  const calls = createKernels(runtime, kernels);
  const pipeline = createPipeline(gpu, inputs.length, (given) => {
    const values = new Map<ValueId, Operand>(constants);
    inputs.forEach((id, i) => {
      values.set(id, given[i]);
    });
    const operandsOf = (ids: readonly ValueId[]) => ids.map((id) => values.get(id) as Operand);
    kernels.forEach((kernel, i) => {
      values.set(kernel.result, callKernel<Operand>(calls[i], operandsOf(kernel.inputs)));
    });
    return operandsOf(results);
  });
  const sources = new Map(kernels.map((kernel) => [kernel.result, kernel]));

  /** gpu.js makes the kernels of a pipeline in its first run. */
  let flat = false;

  return {
    inputs,
    results,
    async run(given) {
      const values = await guarded(runtime, who, () => pipeline.run(given));
      const ran = modeNamed(pipeline.backend);
      if (ran !== runtime.mode) throw degraded(runtime.mode, who, ran ?? 'nothing', pipeline.fallbackReason);
      if (pipeline.executorKind === 'generic') {
        throw degraded(runtime.mode, who, 'separate kernels', pipeline.fallbackReason);
      }
      if (!flat) {
        flat = true;
        handOutFlat(gpu);
      }
      const read = results.map((id, i) => {
        const { output, size, blocks } = sources.get(id) as KernelSource;
        return blocks ? unblock(values[i], blocks) : flatten(values[i], elementCount(output)).subarray(0, size);
      });
      runtime.traffic.plan(kernels.length);
      given.forEach(runtime.traffic.copyIn);
      read.forEach(runtime.traffic.copyOut);
      return read;
    },
    async dispose() {
      await pipeline.destroy();
      for (const kernel of new Set(calls)) kernel.destroy();
    },
  };
}

/**
 * Makes kernels of webasm return their numbers in one array. gpu.js would make an array for each row, and for each
 * thread that returns four numbers; collecting this garbage took a third of a training step. In a version of gpu.js
 * without this method only the time changes.
 */
function handOutFlat(gpu: Runtime['gpu']): void {
  for (const kernel of kernelsOf(gpu)) if (kernel._shapeOutput) kernel._shapeOutput = (values) => values;
}
