import type { Backend } from '@vardrop/core';
import type { Program } from '@vardrop/core/program';
import type { ProgramData } from './execute.js';
import { run } from './run.js';

/** Runs one iteration of a program the way that core does, on the values of all inputs. Returns its outputs by name. */
export async function runProgram(
  backend: Backend,
  program: Program,
  { inputs, keys }: ProgramData,
): Promise<Readonly<Record<string, Float32Array>>> {
  const roles = (iteration: boolean) =>
    Object.fromEntries(
      program.nodes.flatMap((node) =>
        node.op === 'input' && (node.role === 'iteration') === iteration
          ? [[node.name, inputs[node.name]] as const]
          : [],
      ),
    );
  const [outputs] = await run(backend, program, roles(false), [{ inputs: roles(true), keys }]);
  return outputs;
}
