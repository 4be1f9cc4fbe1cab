import { type Program, print } from '@vardrop/core/program';
import { errorBound, evaluateAll, magnitude, meaningful, withinBound } from '@vardrop/core/reference';
import { type ProgramData, referenceSources } from './execute.js';
import type { LawContext } from './law.js';
import { runProgram } from './runProgram.js';

/**
 * Runs a program the way that core does, which may replace one node by several, and compares each output with the bound
 * of its node. The operands of the node must be exact in float32: inputs, or results of operations that move or select
 * them.
 */
export async function checkOutputs(
  { backend, ledger }: LawContext,
  program: Program,
  data: ProgramData,
): Promise<void> {
  const values = evaluateAll(program, { ...data, ...referenceSources });
  const outputs = await runProgram(backend, program, data);
  for (const [name, id] of Object.entries(program.outputs)) {
    const node = program.nodes[id];
    const operands = node.operands.map((operand) => values[operand]);
    const shapes = node.operands.map((operand) => program.nodes[operand].shape);
    const bounds = errorBound(node, operands, shapes, values[id], backend.supports);
    const sizes = magnitude(node, operands, shapes, values[id]);
    values[id].forEach((wanted, i) => {
      const got = outputs[name][i];
      // Every result is rounded when it is read, also on a float64 backend.
      const bound = Math.max(bounds[i], 2 ** -24 * Math.abs(wanted));
      if (!withinBound(got, wanted, bound)) {
        throw new Error(
          `output "${name}", ${node.op} [${node.shape.join(', ')}] at ${i}: got ${got}, wanted ${wanted} ± ${bound}\n${print(program)}`,
        );
      }
      if (meaningful(bound, sizes[i])) ledger.compare(Math.abs(got - wanted), bound);
      else ledger.silent();
    });
  }
}
