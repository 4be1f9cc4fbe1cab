import type { Backend } from '@vardrop/core';
import { boundProgram, elementCount, type Program } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
import fc from 'fast-check';
import { expect } from 'vitest';
import { exactPrograms } from './exactPrograms.js';

type Runs = Pick<Backend, 'compile' | 'upload' | 'read' | 'dispose'>;

/** Checks that random programs of one kind agree with the reference in every element. */
export async function checkExactPrograms(backend: Backend, kind: string, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(exactPrograms[kind], fc.nat(), async (program, seed) => {
      await checkExact(backend, program, seed);
      expect(backend.liveTensors()).toBe(0);
    }),
    { numRuns },
  );
}

/** Runs a program and the reference on whole numbers from −3 to 3. */
export async function checkExact(backend: Runs, program: Program, seed: number): Promise<void> {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * 7) - 3;
  };
  const values = program.nodes.flatMap((node) =>
    node.op === 'input'
      ? [[node.name, Float32Array.from({ length: elementCount(node.shape) }, next), node.shape as number[]] as const]
      : [],
  );
  const run = async (on: Runs) => {
    const executable = await on.compile(boundProgram(program));
    const inputs = Object.fromEntries(values.map(([name, own, shape]) => [name, on.upload(own, shape)]));
    const outputs = Object.entries(executable.run(inputs, [{}]).outputs[0]);
    // −0 is as good as 0.
    const read = await Promise.all(
      outputs.map(async ([name, each]) => [name, (await on.read(each)).map((x) => x + 0)] as const),
    );
    for (const each of [...outputs.map(([, tensor]) => tensor), ...Object.values(inputs)]) on.dispose(each);
    executable.dispose();
    return Object.fromEntries(read);
  };
  expect(await run(backend)).toEqual(await run(createReferenceBackend()));
}
