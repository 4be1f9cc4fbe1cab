import type { TensorInfo } from '@tensorflow/tfjs';
import { type Keys, yieldToEvents } from '@vardrop/core/backend';
import { elementCount, type NodeId } from '@vardrop/core/program';
import { createProgramsAhead } from '../gpu/programsAhead.js';
import { type CompiledRun, carryOver } from './runProgram.js';
import { createRunValues } from './runValues.js';
import type { Step } from './step.js';

/**
 * Compiles the programs of a graphics card that a run will launch, without blocking the page: a run of zeros in which nothing
 * is launched, in pieces between which the page gets its turn. It has two iterations, since tfjs has other programs for the
 * uploaded values of small tensors than for those that a run has made. What fails here fails again in a run, which reports it.
 */
export async function warmUp(run: CompiledRun): Promise<void> {
  const { device, program, names, plan, constants } = run;
  const { nodes } = program;
  const ahead = createProgramsAhead(device);
  const values = createRunValues(device, nodes.length);
  const given: TensorInfo[] = [];
  const lend = (id: NodeId) => {
    const { shape } = nodes[id];
    const zeros = device.create(new Float32Array(elementCount(shape)), shape);
    given.push(zeros);
    values.lend(id, zeros);
  };
  const keys: Keys = Object.fromEntries(
    nodes.flatMap((node) => (node.op === 'noise' ? [[node.key, { words: [0, 0] }]] : [])),
  );
  const perform = async (steps: readonly (Step & { readonly dead: readonly NodeId[] })[]) => {
    for (const step of steps) {
      const operands = step.operands.map((id) => values.get(id));
      const made = ahead.collect(() => step.run(operands, keys));
      step.results.forEach((id, i) => {
        values.own(id, made[i]);
      });
      for (const id of step.dead) values.release(id);
      await yieldToEvents();
    }
  };
  try {
    for (const id of constants.keys()) lend(id);
    for (const { id } of names.runInputs) lend(id);
    await perform(plan.once);
    for (let iteration = 0; iteration < 2; iteration++) {
      for (const { id } of names.iterationInputs) lend(id);
      await perform(plan.each);
      for (const name of names.freshOutputs) ahead.collectRead(values.get(program.outputs[name]));
      carryOver(run, values);
      for (const id of run.iterationOutputs) values.release(id);
    }
    await ahead.finish();
  } catch {
    // The first run meets the same error.
  } finally {
    values.releaseAll();
    for (const info of given) device.release(info);
  }
}
