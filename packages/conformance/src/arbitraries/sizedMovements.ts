import { elementCount } from '@vardrop/core/program';
import { type Draw, type SizedCase, type SizedOperation, sizedCase } from './sizes.js';

/** Lengths close to those of the tiles, groups of threads and blocks that kernels use. */
const lengths = [33, 65, 129, 257, 1025, 4097] as const;
/** One more element than a grid of 256 × 256 threads has. */
const large = 65_537;

/** Parts that are joined, reversed, sliced with steps, and padded between. */
function parts(size: number, draw: Draw): SizedCase {
  const columns = draw.whole(1, 4);
  const x = size > 5000 ? [Math.ceil(size / columns), columns] : draw.of([[size, 17] as const, [17, size] as const]);
  const rows = [draw.whole(1, 40), x[1]];
  const side = [x[0], draw.whole(1, 3)];
  const [first, second] = [draw.whole(1, 3), draw.whole(2, 3)];
  const stepped = x.map((n) => (n > 8 ? { start: first, step: second } : undefined));
  const turned = x.map((n) => (n > 8 ? { start: n - first, step: -second } : { step: -1 }));
  const backwards = x.map(() => ({ step: -1 }));
  const ranges = [
    { before: first, after: 1, interior: draw.whole(0, 1) },
    { before: 1, after: second, interior: draw.whole(0, 2) },
  ];
  return sizedCase(`parts of ${size}`, { x, rows, side }, draw, 'whole', (b, each) => ({
    below: b.concatenate([each.x, each.rows, each.x], 0),
    beside: b.concatenate([each.side, each.x], 1),
    stepped: b.slice(each.x, stepped),
    turned: b.slice(each.x, turned),
    backwards: b.slice(each.x, backwards),
    padded: b.pad(each.x, ranges, 2),
  }));
}

/** Which of the lengths of a table and of its row numbers is long. */
type TableRole = 'rows' | 'numbers' | 'row length';

function gathering(role: TableRole, size: number, draw: Draw): SizedCase {
  const of = (own: TableRole, least: number, most: number) => (own === role ? size : draw.whole(least, most));
  const rows = of('rows', 2, 9);
  const table = [rows, of('row length', 1, 4)];
  const count = of('numbers', 40, 80);
  const index = draw.of([[count], [count, 1], [1, count]]);
  const shapes = { indices: index, table, dy: [...index, table[1]] };
  const made = sizedCase(`gather, ${role} ${size}`, shapes, draw, 'whole', (b, x) => ({
    result: b.gather(x.table, x.indices),
    gradient: b.gatherGradient(x.indices, x.dy, table),
  }));
  const { indices } = made.data.inputs;
  // The numbers of rows, most of them several times, including the last row, and the two numbers next to the valid
  // range.
  const step = draw.whole(1, rows);
  for (let i = 0; i < elementCount(index); i++) indices[i] = (i * step) % rows;
  indices[indices.length - 1] = rows - 1;
  indices[1] = rows;
  indices[2] = -1;
  return made;
}

const roles: readonly (readonly [TableRole, readonly number[]])[] = [
  ['rows', [...lengths, large]],
  ['numbers', [...lengths, large]],
  ['row length', lengths],
];

/** Movements of variable size, one length at a time. */
export const sizedMovements: readonly SizedOperation[] = [
  { name: 'concatenate, slice and pad', sizes: [...lengths, large], most: 5000, ways: 2, make: parts },
  ...roles.map(
    ([role, sizes]): SizedOperation => ({
      name: `gather: ${role}`,
      sizes,
      most: 5000,
      ways: 2,
      make: (size, draw) => gathering(role, size, draw),
    }),
  ),
];
