import { type Builder, boundProgram, createBuilder, type Value } from '@vardrop/core/program';
import { type ProgramCase, programCases } from '../arbitraries/programs.js';
import { checkExact } from '../checkExact.js';
import { checkNodes } from '../checkNodes.js';
import { checkOnce, checkProperty } from '../checkProperty.js';
import type { Law } from '../law.js';

/** Programs at effort `quick`. */
const runs = { nodes: 120, exact: 80 } as const;

/** Inputs, outputs and labels with the names of operations, of each other, or of properties that every object has. */
function namesCase(): ProgramCase {
  const b = createBuilder('names');
  const x = b.input('add', [2, 1], 'iteration');
  const y = b.input('toString', [2]);
  const sum = b.add(x, y);
  // Intermediate values with the names of later outputs.
  const size = b.abs(sum);
  const labelled = b.label(b.mul(size, y), 'kl');
  b.output('abs', b.neg(size));
  b.output('kl', b.sub(labelled, sum));
  b.output('mul', b.reduceSum(labelled));
  b.output('constructor', b.max(labelled, size));
  b.output('a b/c:2', b.reshape(sum, [4]));
  return {
    program: boundProgram(b.build()),
    data: { inputs: { add: Float32Array.of(1, -2), toString: Float32Array.of(3, -4) } },
  };
}

const flags = [false, true];

/**
 * Two products that share an operand, as the moments of a layer do, with and without squares in the second. They cover
 * all combinations of transposed operands. A backend that computes both in one loop has to handle four operands
 * correctly.
 */
function sharedOperandCases(): ProgramCase[] {
  const shape = [3, 3] as const;
  const whole = (start: number) => Float32Array.from({ length: 9 }, (_, i) => ((start + 5 * i) % 13) - 6);
  const cases: ProgramCase[] = [];
  for (const shared of ['left', 'right'] as const) {
    for (let lie = 0; lie < 16; lie++) {
      const [first, second, own, other] = [1, 2, 4, 8].map((bit) => flags[(lie & bit) === 0 ? 0 : 1]);
      for (const squared of flags) {
        const b = createBuilder(`products that share their ${shared} operands`);
        const a = b.input('a', shape, 'iteration');
        const product = (common: Value, commonLies: boolean, single: Value, singleLies: boolean) =>
          shared === 'left'
            ? b.matmul(common, single, { transposeA: commonLies, transposeB: singleLies })
            : b.matmul(single, common, { transposeA: singleLies, transposeB: commonLies });
        const gamma = product(a, first, b.input('mean', shape), own);
        const delta = product(squared ? b.mul(a, a) : a, second, b.input('variance', shape), other);
        b.output('y', b.sub(gamma, b.mul(delta, b.input('noise', shape, 'iteration'))));
        const inputs = { a: whole(1), mean: whole(4), variance: whole(9), noise: whole(2) };
        cases.push({ program: boundProgram(b.build()), data: { inputs } });
      }
    }
  }
  return cases;
}

/** Operations that move numbers, on a matrix of 4 × 3. */
const movements: Readonly<Record<string, (b: Builder, x: Value) => Value>> = {
  transpose: (b, x) => b.transpose(x),
  gather: (b, x) => b.gather(x, b.constant([3, 0, 3, 4, 1], [5])),
  gatherGradient: (b, x) => b.gatherGradient(b.constant([2, 0, 2, 7], [4]), x, [3, 3]),
  concatenate: (b, x) => b.concatenate([x, b.mul(x, 3), b.slice(x, [{ end: 1 }])], 0),
  'concatenate columns': (b, x) => b.concatenate([b.slice(x, [undefined, { start: 2 }]), x, b.neg(x)], 1),
  slice: (b, x) => b.slice(x, [{ start: 1, step: 2 }, { start: 1 }]),
  'slice backwards': (b, x) => b.slice(x, [{ step: -1 }, { start: 2, step: -2 }]),
  pad: (b, x) => b.pad(x, [{ before: 1, interior: 1 }, { after: 2 }], -5),
};

/**
 * Each movement of a computed value, read by an elementwise operation, a sum, a product and another movement. A backend
 * that fuses it with its neighbours has to keep track of the position of each number.
 */
function movementCase(name: string, move: (b: Builder, x: Value) => Value): ProgramCase {
  const b = createBuilder(`${name} between other operations`);
  const x = b.input('x', [4, 3], 'iteration');
  const moved = move(b, b.add(b.mul(x, 2), b.input('row', [3])));
  const [rows, columns] = moved.shape as readonly [number, number];
  b.output('elementwise', b.sub(b.max(moved, -3), b.abs(moved)));
  b.output('sum', b.reduceSum(b.mul(moved, moved), [0]));
  b.output('product', b.matmul(moved, b.neg(moved), { transposeB: true }));
  b.output('turned', b.slice(b.reshape(moved, [columns, rows]), [{ step: -1 }, { step: -1 }]));
  const inputs = { x: Float32Array.from({ length: 12 }, (_, i) => ((5 * i) % 11) - 5), row: Float32Array.of(1, -4, 2) };
  return { program: boundProgram(b.build()), data: { inputs } };
}

/** Random graphs, node by node and as a whole. */
export const programs: Law = {
  id: 'programs',
  statement:
    'every node of a random program is within its bound, given what the backend computed for its operands; programs of whole numbers are exact, however they are fused',
  async check(context) {
    const { backend, ledger } = context;
    await checkProperty(context, 'nodes', programCases({ steps: 16 }), runs.nodes, ({ program, data }) =>
      checkNodes(backend, program, data, ledger),
    );
    await checkOnce(context, 'names', () => {
      const { program, data } = namesCase();
      return checkExact(context, program, data);
    });
    await checkOnce(context, 'products that share an operand', async () => {
      for (const { program, data } of sharedOperandCases()) await checkExact(context, program, data);
    });
    await checkOnce(context, 'movements between other operations', async () => {
      for (const [name, move] of Object.entries(movements)) {
        const { program, data } = movementCase(name, move);
        await checkExact(context, program, data);
      }
    });
    await checkProperty(
      context,
      'whole numbers',
      programCases({ steps: 10, exact: true }),
      runs.exact,
      ({ program, data }) => checkExact(context, program, data),
    );
  },
};
