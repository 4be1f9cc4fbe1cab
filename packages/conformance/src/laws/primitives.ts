import type { Op } from '@vardrop/core/program';
import { edgeCases, type OperationCase, operationCases } from '../arbitraries/operations.js';
import { checkNodes } from '../checkNodes.js';
import { checkOutputs } from '../checkOutputs.js';
import { checkOnce, checkProperty } from '../checkProperty.js';
import type { Law } from '../law.js';

/** Cases an operation at effort `quick`. */
const runs = 40;

/** Each operation alone, on shapes of up to four axes (axes of length 1 included) and on values of all sizes. */
export const primitives: Law = {
  id: 'primitives',
  statement: 'every operation is within its derived float32 bound of its float64 value',
  async check(context) {
    const { backend, ledger } = context;
    const check = async (op: Op, { program, data }: OperationCase) => {
      await checkNodes(backend, program, data, ledger);
      // Its nodes are checked one by one, where core has put a chain of them in its place; so is the chain as a whole.
      if (op === 'sigmoid' || op === 'softplus' || op === 'tanh') await checkOutputs(context, program, data);
    };
    for (const [op, edges] of edgeCases(backend.supports)) {
      await checkOnce(context, `${op}: edges`, () => check(op, edges));
    }
    for (const [op, arbitrary] of operationCases(backend.supports)) {
      await checkProperty(context, op, arbitrary, runs, (each) => check(op, each));
    }
  },
};
