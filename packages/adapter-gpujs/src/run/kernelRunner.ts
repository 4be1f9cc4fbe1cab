import { elementCount } from '@vardrop/core/program';
import { checkMode } from '../gpujs/checkMode.js';
import { callKernel, destroyKernel } from '../gpujs/internals.js';
import type { Nested } from '../gpujs/nested.js';
import type { LoweredProgram } from '../lower/lowerProgram.js';
import type { ValueId } from '../print/kernelSource.js';
import type { Runtime } from '../start/runtime.js';
import { flatten } from './flatten.js';
import { kernelSettings } from './kernelSettings.js';
import type { HostRunner } from './runner.js';

/** Runs kernel after kernel, handing flat arrays from one to the next. */
export function createKernelRunner(
  runtime: Runtime,
  who: string,
  { kernels, constants }: LoweredProgram,
  inputs: readonly ValueId[],
  results: readonly ValueId[],
): HostRunner {
  const built = kernels.map((kernel) => runtime.createKernel(kernel.source, kernelSettings(kernel, runtime.mode)));
  return {
    inputs,
    results,
    async run(given) {
      const values = new Map<ValueId, Float32Array>(constants);
      inputs.forEach((id, i) => {
        values.set(id, given[i]);
      });
      kernels.forEach((kernel, i) => {
        const result = callKernel<Nested>(
          built[i],
          kernel.inputs.map((id) => values.get(id) as Float32Array),
        );
        checkMode(runtime, who, built[i]);
        values.set(kernel.result, flatten(result, elementCount(kernel.output)));
      });
      runtime.traffic.plan(kernels.length);
      return results.map((id) => values.get(id) as Float32Array);
    },
    async dispose() {
      for (const kernel of built) destroyKernel(runtime.gpu, kernel);
    },
  };
}
