import { VardropError } from '@vardrop/core';
import type { IKernelRunShortcut, IPipelineRunShortcut } from 'gpu.js';
import type { Runtime } from '../loadGpu.js';
import type { LoweredProgram } from '../lowerProgram.js';
import type { KernelSource, ValueId } from '../print/kernelSource.js';
import { checkCard } from './checkCard.js';
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
      constants: runtime.mode === 'webgl2' ? finite(kernel.constants) : kernel.constants,
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

  async function execute(given: readonly Float32Array[]): Promise<readonly Nested[]> {
    try {
      return (await pipeline(...given.map((each) => each as never))) as unknown as Nested[];
    } catch (error) {
      // What a lost card does to gpu.js is many things.
      await checkCard(runtime, who, true);
      throw new VardropError(
        'VARDROP_BACKEND',
        `${who}: got "${error instanceof Error ? error.message : String(error)}" from gpu.js, needs a run without errors. See its cause.`,
        { cause: error },
      );
    }
  }

  return {
    inputs,
    results,
    async run(given) {
      await checkCard(runtime, who);
      const values = await execute(given);
      const ran = pipeline.backend === 'gpu' ? 'webgl2' : pipeline.backend;
      if (ran !== runtime.mode) throw degraded(runtime.mode, who, ran ?? 'nothing', pipeline.fallbackReason);
      // On webgl2 all pipelines are run kernel by kernel.
      if (runtime.mode !== 'webgl2' && pipeline.executorKind === 'generic') {
        throw degraded(runtime.mode, who, 'separate kernels', pipeline.fallbackReason);
      }
      await checkCard(runtime, who);
      return results.map((id, i) => {
        const { output, size, blocks } = sources.get(id) as KernelSource;
        return blocks
          ? unblock(values[i], output[0], blocks.rows)
          : flatten(values[i], elements(output)).subarray(0, size);
      });
    },
    async dispose() {
      await pipeline.destroy();
      for (const kernel of built.values()) kernel.destroy();
    },
  };
}

/** The largest number of float32 in place of infinities, which GLSL has no word for. */
const finite = (constants: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(constants).map(([name, value]) => [name, Math.max(-largest, Math.min(largest, value))]),
  );

const largest = 3.4028234663852886e38;
