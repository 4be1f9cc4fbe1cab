import { checkMode } from '../checkMode.js';
import { elements } from '../elements.js';
import { callKernel, destroyKernel } from '../internals.js';
import type { LoweredProgram } from '../lowerProgram.js';
import type { Nested } from '../nested.js';
import type { ValueId } from '../print/kernelSource.js';
import { flatten } from './flatten.js';
import { kernelSettings } from './kernelSettings.js';
import type { HostRunner } from './runner.js';
import type { Runtime } from './runtime.js';

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
        values.set(kernel.result, flatten(result, elements(kernel.output)));
      });
      runtime.traffic.plan(kernels.length);
      return results.map((id) => values.get(id) as Float32Array);
    },
    async dispose() {
      for (const kernel of built) destroyKernel(runtime.gpu, kernel);
    },
  };
}
