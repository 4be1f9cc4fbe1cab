import { edgeCases, operationCases } from '../arbitraries/operations.js';
import { checkNodes } from '../checkNodes.js';
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
    for (const [op, { program, data }] of edgeCases(backend.supports)) {
      await checkOnce(context, `${op}: edges`, () => checkNodes(backend, program, data, ledger));
    }
    for (const [op, arbitrary] of operationCases(backend.supports)) {
      await checkProperty(context, op, arbitrary, runs, ({ program, data }) =>
        checkNodes(backend, program, data, ledger),
      );
    }
  },
};
