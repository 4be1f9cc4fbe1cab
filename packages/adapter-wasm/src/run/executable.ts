import {
  type BackendLifetime,
  createExecutableOf,
  type Executable,
  type HandleTable,
  programInterface,
} from '@vardrop/core/backend';
import { type BoundProgram, elementCount } from '@vardrop/core/program';
import { programKernels } from '@vardrop/wasm-kernels';
import type { Machine } from '../machine.js';
import type { Block } from '../memory/heap.js';
import { compileModule } from './compileModule.js';
import type { Entry } from './entry.js';
import { planRun, type RunPlan } from './planRun.js';
import { runProgram } from './runProgram.js';

let programs = 0;

/** Compiles a program: writes its kernels, plans its memory, and gives every thread the module. */
export async function createExecutable(
  machine: Machine,
  lifetime: BackendLifetime,
  handles: HandleTable<Entry>,
  program: BoundProgram,
): Promise<Executable> {
  const { team, heap, arena } = machine;
  const names = programInterface(program);
  const plan = planRun(program, programKernels(program), machine.modules);
  const id = ++programs;
  const module = await compileModule(plan.module.bytes);
  lifetime.check('compile');
  await team.load(id, module, plan.work);
  const constants = uploadConstants(machine, program, plan);
  arena.reserve(plan.arenaElements);
  const run = { machine, id, program, names, plan, constants };
  return createExecutableOf({
    lifetime,
    handles,
    program,
    execute: (entries, iterations) => runProgram(run, entries, iterations),
    dispose() {
      for (const block of constants.values()) heap.release(block);
      arena.giveBack(plan.arenaElements);
      team.unload(id);
    },
  });
}

/** Writes the constants that are read into memory, and returns their blocks by slot. */
function uploadConstants({ heap }: Machine, { nodes }: BoundProgram, plan: RunPlan): Map<number, Block> {
  const constants = new Map<number, Block>();
  for (const id of plan.constants) {
    const node = nodes[id];
    if (node.op !== 'constant') continue;
    const size = elementCount(node.shape);
    const block = heap.allocateNow(size);
    const values = heap.values(block, size);
    if (typeof node.value === 'number') values.fill(node.value);
    else values.set(node.value);
    constants.set(plan.slotOf(id), block);
  }
  return constants;
}
