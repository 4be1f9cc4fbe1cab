import { elementCount } from '@vardrop/core/program';
import { checkMode } from '../gpujs/checkMode.js';
import { callKernel, finishWork, type Resident } from '../gpujs/internals.js';
import type { LoweredProgram } from '../lower/lowerProgram.js';
import type { Placer } from '../memory/placer.js';
import { type Stored, storeResident, storeValues } from '../memory/stored.js';
import type { KernelSource, ValueId } from '../print/kernelSource.js';
import type { Runtime } from '../start/runtime.js';
import { createKernels } from './createKernels.js';
import { flatten } from './flatten.js';
import { guarded } from './guarded.js';
import type { Runner } from './runner.js';

/**
 * Runs kernel after kernel on a graphics card. Tensors stay there: between kernels, and as results until they are read.
 */
export function createResidentRunner(
  runtime: Runtime,
  who: string,
  lowered: Pick<LoweredProgram, 'kernels' | 'constants'>,
  inputs: readonly ValueId[],
  results: readonly ValueId[],
  /** The layout that kernels expect of an input or a constant; a tensor in another one is copied. */
  layoutOfInput: (id: ValueId) => readonly number[],
): Runner {
  const { kernels } = lowered;
  const sources = new Map(kernels.map((kernel) => [kernel.result, kernel]));
  const constants = new Map([...lowered.constants].map(([id, values]) => [id, storeValues(values)]));
  const layoutOf = (id: ValueId) => sources.get(id)?.output ?? layoutOfInput(id);
  const calls = createKernels(runtime, kernels, layoutOf);
  const finished = lastReads(kernels, results);
  /** Results that have an owner. The kernels that made them are needed to read them. */
  const live = new Set<Stored>();
  let compiled = false;

  async function execute(given: readonly Stored[], made: Map<ValueId, Resident>): Promise<void> {
    const copies: Resident[] = [];
    try {
      const values = new Map<ValueId, Resident>();
      // gpu.js compiles a kernel in its first call, and then blocks the page until the card has done all that came before.
      const read = [...constants, ...inputs.map((id, i) => [id, given[i]] as const)];
      for (const [id, stored] of read) {
        values.set(id, await place(stored, layoutOf(id), runtime.placer, copies));
        if (!compiled) await finishWork(runtime.gpu);
      }
      for (const [i, kernel] of kernels.entries()) {
        const operands = kernel.inputs.map((id) => values.get(id) as Resident);
        const called = callKernel<Resident | Promise<Resident>>(calls[i], operands);
        // Waiting for a result that is there would only let other work in between.
        const result = called instanceof Promise ? await called : called;
        made.set(kernel.result, result);
        values.set(kernel.result, result);
        checkMode(runtime, who, calls[i]);
        if (!compiled) await finishWork(runtime.gpu);
        for (const id of finished[i]) {
          values.get(id)?.delete();
          made.delete(id);
        }
      }
      compiled = true;
    } finally {
      for (const copy of copies) copy.delete();
    }
  }

  return {
    inputs,
    results,
    async run(given) {
      const made = new Map<ValueId, Resident>();
      try {
        await guarded(runtime, who, () => execute(given, made));
      } catch (error) {
        for (const resident of made.values()) resident.delete();
        throw error;
      }
      runtime.traffic.plan(kernels.length);
      return results.map((id) => {
        const { size } = sources.get(id) as KernelSource;
        const bring = async (resident: Resident) => (await readBack(runtime, who, resident)).subarray(0, size);
        const stored = storeResident(made.get(id) as Resident, bring, (each) => live.delete(each));
        live.add(stored);
        return stored;
      });
    },
    async dispose() {
      // Where this fails, reading the tensor says so.
      for (const stored of live) await stored.bringBack().catch(() => undefined);
      for (const stored of constants.values()) stored.release();
      for (const kernel of new Set(calls)) kernel.destroy();
      runtime.placer.empty();
      runtime.keepVertices();
    },
  };
}

/** What kernels read of a value, in the layout that they expect. `copies` collects tensors that only this run uses. */
async function place(stored: Stored, layout: readonly number[], placer: Placer, copies: Resident[]): Promise<Resident> {
  const placed = await stored.resident((values) => placer.place(values, layout));
  if (placed.output.join() === layout.join()) return placed;
  const copy = await placer.place(placed, layout);
  copies.push(copy);
  return copy;
}

/** Copies a result to the host. */
async function readBack(runtime: Runtime, who: string, resident: Resident): Promise<Float32Array> {
  const values = await guarded(runtime, who, async () => {
    // A page would be blocked until the card is done.
    await finishWork(runtime.gpu);
    return flatten(await resident.toArray(), elementCount(resident.output));
  });
  runtime.traffic.copyOut(values);
  return values;
}

/** For each kernel, the values made by kernels that no later kernel reads. */
function lastReads(kernels: readonly KernelSource[], results: readonly ValueId[]): ValueId[][] {
  const last = new Map<ValueId, number>();
  kernels.forEach((kernel, i) => {
    for (const id of [kernel.result, ...kernel.inputs]) last.set(id, i);
  });
  const finished: ValueId[][] = kernels.map(() => []);
  for (const { result } of kernels) if (!results.includes(result)) finished[last.get(result) as number].push(result);
  return finished;
}
