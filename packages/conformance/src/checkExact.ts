import { type Program, print } from '@vardrop/core/program';
import { evaluateAll, magnitude } from '@vardrop/core/reference';
import fc from 'fast-check';
import type { ProgramData } from './execute.js';
import type { LawContext } from './law.js';
import { runProgram } from './runProgram.js';

/** float32 holds every whole number up to this one. */
const largestWhole = 2 ** 24;

/**
 * Checks a program of whole numbers in the form that core passes to backends: simplified, with only a few values as
 * outputs. A backend may fuse and reorder the rest. Sums of whole numbers are exact in any order. A program with sums
 * that may be inexact is skipped.
 */
export async function checkExact({ backend, ledger }: LawContext, program: Program, data: ProgramData): Promise<void> {
  const values = evaluateAll(program, data);
  program.nodes.forEach((node, id) => {
    const operands = node.operands.map((operand) => values[operand]);
    const shapes = node.operands.map((operand) => program.nodes[operand].shape);
    const sizes = node.op === 'input' ? values[id] : magnitude(node, operands, shapes, values[id]);
    fc.pre(sizes.every((size) => Math.abs(size) < largestWhole));
  });
  const outputs = await runProgram(backend, program, data);
  for (const [name, id] of Object.entries(program.outputs)) {
    values[id].forEach((wanted, i) => {
      const got = outputs[name][i];
      // Zeros of either sign are the same whole number.
      if (got !== wanted) {
        throw new Error(
          `output "${name}" [${program.nodes[id].shape.join(', ')}] at ${i}: got ${got}, wanted ${wanted} ± 0\n${print(program)}`,
        );
      }
      ledger.compare(0, 0);
    });
  }
}
