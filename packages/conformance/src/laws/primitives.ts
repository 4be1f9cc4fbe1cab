import type { OperationCase } from '../arbitraries/operationCase.js';
import { edgeCases, operationCases } from '../arbitraries/operations.js';
import { checkNodes } from '../checkNodes.js';
import { checkOutputs } from '../checkOutputs.js';
import { checkOnce, checkProperty } from '../checkProperty.js';
import type { Law } from '../law.js';

/** Cases per operation at effort `quick`. */
const runs = 40;

/** Operations that core expands on backends that do not list them. */
const expanded: readonly string[] = ['sigmoid', 'softplus', 'tanh', 'cos', 'erf'];

/** Each operation alone, on shapes of up to four axes (including axes of length 1) and on values of all sizes. */
export const primitives: Law = {
  id: 'primitives',
  statement: 'every operation is within its derived float32 bound of its float64 value',
  async check(context) {
    const { backend, ledger } = context;
    const check = async (op: string, { program, data }: OperationCase) => {
      await checkNodes(backend, program, data, ledger);
      // If core has expanded the operation, the nodes of its chain are checked one by one, and the chain as a whole.
      if (expanded.includes(op)) await checkOutputs(context, program, data);
    };
    for (const [op, edges] of edgeCases(backend.supports)) {
      await checkOnce(context, `${op}: edges`, () => check(op, edges));
    }
    for (const [op, arbitrary] of operationCases(backend.supports)) {
      await checkProperty(context, op, arbitrary, runs, (each) => check(op, each));
    }
  },
};
