import type { Backend } from '@vardrop/core';
import { boundProgram, elementCount, type Program } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGpujsBackend, type GpujsBackend, type GpujsMode } from '../src/index.js';
import { exactPrograms } from './exactPrograms.js';

type Runs = Pick<Backend, 'compile' | 'upload' | 'read' | 'dispose'>;

/** Checks, in one mode, that random programs of each kind agree with the reference in every element. */
export function checkExactPrograms(mode: GpujsMode, numRuns: number): void {
  describe(`on whole numbers, in mode ${mode}`, () => {
    let backend: GpujsBackend;
    beforeAll(async () => {
      backend = await createGpujsBackend({ mode });
    });
    afterAll(() => backend.close());

    it.each(Object.keys(exactPrograms))('%s are exact', async (kind) => {
      await fc.assert(
        fc.asyncProperty(exactPrograms[kind], fc.nat(), (program, seed) => checkExact(backend, program, seed)),
        { numRuns },
      );
    });
  });
}

/** Runs a program and the reference on whole numbers from −3 to 3. */
async function checkExact(backend: Runs, program: Program, seed: number): Promise<void> {
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
    const read = await Promise.all(outputs.map(async ([name, each]) => [name, await on.read(each)] as const));
    for (const each of [...outputs.map(([, tensor]) => tensor), ...Object.values(inputs)]) on.dispose(each);
    executable.dispose();
    return Object.fromEntries(read);
  };
  const [actual, expected] = [await run(backend), await run(createReferenceBackend())];
  // −0 is as good as 0.
  const plain = (each: Record<string, Float32Array>) =>
    Object.fromEntries(Object.entries(each).map(([name, own]) => [name, own.map((x) => x + 0)]));
  expect(plain(actual)).toEqual(plain(expected));
}
