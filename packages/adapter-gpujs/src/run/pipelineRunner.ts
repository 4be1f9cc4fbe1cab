import type { IKernelRunShortcut, IPipelineRunShortcut } from 'gpu.js';
import type { Runtime } from '../loadGpu.js';
import type { LoweredProgram } from '../lowerProgram.js';
import type { KernelSource, ValueId } from '../print/kernelSource.js';
import { degraded } from './checkMode.js';
import { elements } from './elements.js';
import { flatten, type Nested, unblock } from './flatten.js';
import type { Runner } from './runner.js';

/** A handle or an array, as the function that lays out a pipeline sees it. */
type Argument = unknown;

/** Runs all kernels as one pipeline of gpu.js: on webasm one pass over one memory, with threads where that pays. */
export function createPipelineRunner(
  runtime: Runtime,
  who: string,
  { kernels, constants }: Pick<LoweredProgram, 'kernels' | 'constants'>,
  inputs: readonly ValueId[],
  results: readonly ValueId[],
): Runner {
  const { gpu } = runtime;
  const built = new Map<string, IKernelRunShortcut>();
  const calls = kernels.map((kernel) => {
    const key = JSON.stringify([kernel.source, kernel.output, kernel.constants]);
    const known = built.get(key);
    if (known) return known;
    const made = runtime.createKernel(kernel.source, {
      output: [...kernel.output],
      constants: kernel.constants,
      constantTypes: Object.fromEntries(Object.keys(kernel.constants).map((name) => [name, 'Float'])),
      precision: 'single',
    });
    built.set(key, made);
    return made;
  });
  const layOut = (...given: Argument[]) => {
    const values = new Map<ValueId, Argument>(constants);
    inputs.forEach((id, i) => {
      values.set(id, given[i]);
    });
    kernels.forEach((kernel, i) => {
      const call = calls[i] as unknown as (...operands: Argument[]) => Argument;
      values.set(kernel.result, call(...kernel.inputs.map((id) => values.get(id))));
    });
    return results.map((id) => values.get(id));
  };
  // The pipeline asks the function how many arguments it has.
  Object.defineProperty(layOut, 'length', { value: inputs.length });
  const pipeline: IPipelineRunShortcut = gpu.createPipeline(layOut);
  const sources = new Map(kernels.map((kernel) => [kernel.result, kernel]));

  return {
    inputs,
    results,
    async run(given) {
      const values = (await pipeline(...given.map((each) => each as never))) as unknown as Nested[];
      if (pipeline.executorKind === 'generic') {
        throw degraded(runtime.mode, who, 'separate kernels', pipeline.fallbackReason);
      }
      return results.map((id, i) => {
        const { output, blocks } = sources.get(id) as KernelSource;
        return blocks ? unblock(values[i], output[0], blocks.rows) : flatten(values[i], elements(output));
      });
    },
    async dispose() {
      await pipeline.destroy();
      for (const kernel of built.values()) kernel.destroy();
    },
  };
}
