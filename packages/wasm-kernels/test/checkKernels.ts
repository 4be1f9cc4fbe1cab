import { type BoundProgram, elementCount, type NodeId } from '@vardrop/core/program';
import { evaluate } from '@vardrop/core/reference';
import { expect } from 'vitest';
import { programKernels } from '../src/index.js';
import { randomNumbers } from './randomNumbers.js';
import { runKernel } from './runKernel.js';

/**
 * Checks that a program's kernels agree with the reference on whole numbers from −3 to 3, in every element, and that the
 * order of tasks does not matter: in random order, and with relaxed SIMD, each kernel gives the same bits.
 */
export function checkKernels(program: BoundProgram, seed: number): void {
  const random = randomNumbers(seed);
  const inputs: Record<string, Float32Array> = {};
  const values = new Map<NodeId, Float32Array>();
  program.nodes.forEach((node, id) => {
    const { shape } = node;
    const fill = (value: () => number) => Float32Array.from({ length: elementCount(shape) }, value);
    if (node.op === 'input') {
      inputs[node.name] = fill(() => Math.floor(random() * 7) - 3);
      values.set(id, inputs[node.name]);
    }
    if (node.op !== 'constant') return;
    const { value } = node;
    values.set(id, typeof value === 'number' ? fill(() => value) : Float32Array.from(value));
  });
  const read = (id: NodeId) => values.get(id) ?? expect.unreachable(`${id} is not computed`);
  for (const { kind, operands, results, kernel } of programKernels(program)) {
    if (kernel === undefined) {
      expect(kind).toBe('reshape');
      values.set(results[0], read(operands[0]));
      continue;
    }
    const given = operands.map(read);
    const made = runKernel(kernel, given);
    const shuffled = runKernel(kernel, given, random);
    made.forEach((value, i) => {
      const differs = bitsOf(shuffled[i]).compare(bitsOf(value));
      expect(differs, `${kind} of tasks in random order`).toBe(0);
      values.set(results[i], value);
    });
  }
  const expected = evaluate(program, { inputs });
  for (const [name, id] of Object.entries(program.outputs)) {
    const [got, wanted] = [read(id), expected[name]];
    // Adding 0 makes −0 and 0 the same.
    const wrong = got.findIndex((y, i) => !Object.is(y + 0, Math.fround(wanted[i]) + 0));
    expect(wrong < 0 ? 'all' : `${got[wrong]} at ${wrong} for ${wanted[wrong]}`, name).toBe('all');
    expect(got.length).toBe(wanted.length);
  }
}

const bitsOf = (values: Float32Array<ArrayBuffer>) => Buffer.from(values.buffer);
