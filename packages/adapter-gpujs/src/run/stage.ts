import { programInputs } from '@vardrop/core/backend';
import { type BoundProgram, elementCount } from '@vardrop/core/program';
import { lowerProgram } from '../lower/lowerProgram.js';
import { type Stored, storeValues } from '../memory/stored.js';
import type { Runtime } from '../start/runtime.js';
import { checkCardLimits } from './checkLimits.js';
import { withHostValues } from './hostValues.js';
import { createKernelRunner } from './kernelRunner.js';
import { createResidentRunner } from './residentRunner.js';
import type { Runner } from './runner.js';
import { createSegmentRunner } from './segmentRunner.js';

/** A program, or a part of one, as kernels that are run together. */
export interface Stage {
  /** Computes the outputs from inputs, both by name. Inputs keep their owners; the caller owns each output. */
  run(given: ReadonlyMap<string, Stored>): Promise<ReadonlyMap<string, Stored>>;
  /** The layout in which an output is made, as threads in x, y, z; undefined if no kernel makes it. */
  layoutOf(output: string): readonly number[] | undefined;
  /** Frees the kernels, after runs under way. */
  dispose(): Promise<void>;
}

/**
 * Prepares the kernels of a bound program. Throws `VARDROP_LIMITS`, naming limit and tensor, for a program that exceeds
 * a limit of the graphics card.
 *
 * @param who names the run in errors
 * @param layouts of inputs that kernels have made, by name; all others are flat
 */
export function createStage(
  runtime: Runtime,
  who: string,
  program: BoundProgram,
  layouts: ReadonlyMap<string, readonly number[]> = new Map(),
): Stage {
  const lowered = lowerProgram(program, runtime.mode, runtime.mostTurns);
  checkCardLimits(`gpujs:${runtime.mode}`, runtime, program, lowered);
  const { kernels, valueBehind } = lowered;
  const inputs = programInputs(program);
  const outputs = Object.entries(program.outputs).map(([name, id]) => [name, valueBehind(id)] as const);
  const sources = new Map(kernels.map((kernel) => [kernel.result, kernel]));
  const constants = new Map([...lowered.constants].map(([id, values]) => [id, storeValues(values)]));
  const layoutOf = (output: string) => sources.get(valueBehind(program.outputs[output]))?.output;
  const runner = createRunner();

  function createRunner(): Runner | undefined {
    if (kernels.length === 0) return undefined;
    const read = new Set(kernels.flatMap((kernel) => kernel.inputs));
    const given = inputs.map(({ id }) => id).filter((id) => read.has(id));
    const results = [...new Set(outputs.map(([, id]) => id))].filter((id) => sources.has(id));
    switch (runtime.mode) {
      case 'cpu':
        return withHostValues(createKernelRunner(runtime, who, lowered, given, results));
      case 'webasm':
        return withHostValues(createSegmentRunner(runtime, who, lowered, given, results));
      case 'webgpu':
      case 'webgl2': {
        const nameOf = new Map(inputs.map(({ id, name, role }) => [id, { name, role }]));
        return createResidentRunner(runtime, who, lowered, given, results, (id) => {
          const { name, role } = nameOf.get(id) ?? {};
          // A carried input has the layout of its next value.
          const made = name && (layouts.get(name) ?? (role === 'carried' ? layoutOf(name) : undefined));
          return made || [elementCount(program.nodes[id].shape)];
        });
      }
    }
  }

  return {
    async run(given) {
      const values = new Map<number, Stored>(constants);
      for (const { id, name } of inputs) values.set(id, given.get(name) as Stored);
      const made = (await runner?.run(runner.inputs.map((id) => values.get(id) as Stored))) ?? [];
      runner?.results.forEach((id, i) => {
        values.set(id, made[i]);
      });
      const owned = new Map(outputs.map(([name, id]) => [name, (values.get(id) as Stored).retain()]));
      for (const stored of made) stored.release();
      return owned;
    },
    layoutOf,
    async dispose() {
      await runner?.dispose();
    },
  };
}
