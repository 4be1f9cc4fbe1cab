import { programCases } from '../arbitraries/programs.js';
import { checkNodes } from '../checkNodes.js';
import { checkProperty } from '../checkProperty.js';
import type { Law } from '../law.js';

/** Programs at effort `quick`. */
const runs = 120;

/** Random graphs with every intermediate value as an output, each node held against its own operands. */
export const programs: Law = {
  id: 'programs',
  statement: 'every node of a random program is within its bound, given what the backend computed for its operands',
  async check(context) {
    const { backend, ledger } = context;
    await checkProperty(context, 'nodes', programCases({ steps: 16 }), runs, ({ program, data }) =>
      checkNodes(backend, program, data, ledger),
    );
  },
};
