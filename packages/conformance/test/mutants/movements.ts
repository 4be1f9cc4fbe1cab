import { type Builder, elementCount, type NodeOf, operationClass, sameShape, type Value } from '@vardrop/core/program';
import { breaking, type Mutant, replacing } from './mutant.js';

type Moved = 'gather' | 'gatherGradient' | 'concatenate' | 'slice' | 'pad';

const moved = (subject: Moved, defect: string, create: Mutant['create']): Mutant => ({
  subject,
  defect,
  law: 'primitives',
  properties: [subject],
  create,
});

/** A gather by other numbers than it was given. */
const numbering = (defect: string, change: (b: Builder, indices: Value, rows: number) => Value): Mutant =>
  moved(
    'gather',
    defect,
    breaking('gather', (b, _, [table, indices]) => b.gather(table, change(b, indices, table.shape[0] as number))),
  );

/** A slice with other starts or steps, where there are elements for them. */
const slicing = (
  defect: string,
  change: (node: NodeOf<'slice'>, length: readonly number[]) => Partial<NodeOf<'slice'>>,
) =>
  moved(
    'slice',
    defect,
    breaking('slice', (b, node, [x]) => {
      const changed = { ...node, ...change(node, x.shape as number[]) };
      const fits = changed.starts.every((start, axis) => {
        const end = start + ((node.shape[axis] as number) - 1) * changed.steps[axis];
        return Math.min(start, end) >= 0 && Math.max(start, end) < (x.shape[axis] as number);
      });
      return fits ? b.copy(changed, [x]) : undefined;
    }),
  );

const padding = (defect: string, change: (node: NodeOf<'pad'>, x: Value) => Partial<NodeOf<'pad'>>): Mutant =>
  moved(
    'pad',
    defect,
    breaking('pad', (b, node, [x]) => b.copy({ ...node, ...change(node, x) }, [x])),
  );

/** A movement that is wrong only where an elementwise operation reads it, as one may that a kernel fuses with its readers. */
function misread<K extends Moved>(
  subject: K,
  defect: string,
  wrong: (b: Builder, node: NodeOf<K>, operands: readonly Value[]) => Value,
): Mutant {
  const create = replacing((b, reader, operands) => {
    if (operationClass[reader.op] !== 'elementwise') return undefined;
    const read = operands.map((x) => {
      const node = b.node(x);
      if (node.op !== subject) return x;
      const own = node.operands.map((id) => ({ id, shape: b.node(id).shape }));
      return wrong(b, node as NodeOf<K>, own);
    });
    return read.every((x, i) => x === operands[i]) ? undefined : b.copy(reader, read);
  });
  return {
    subject,
    defect: `${defect}, where it is read element by element`,
    law: 'programs',
    properties: ['movements between other operations'],
    create,
  };
}

/** Numbers of rows, −1 in the place of those that come again before or behind their place. */
function single(b: Builder, indices: Value, which: 'first' | 'last'): Value {
  const count = elementCount(indices.shape);
  const column = b.reshape(indices, [count, 1]);
  const equal = b.selectGreater(2 ** -149, b.abs(b.sub(column, b.reshape(indices, [count]))), 1, 0);
  const others = Array.from({ length: count ** 2 }, (_, i) => {
    const [row, other] = [Math.floor(i / count), i % count];
    return (which === 'last' ? other > row : other < row) ? 1 : 0;
  });
  const repeated = b.reduceMax(b.mul(equal, b.constant(others, [count, count])), [1], true);
  return b.reshape(b.selectGreater(repeated, 0.5, -1, column), indices.shape);
}

/** Operations that move numbers, to or from a wrong place. */
export const movementMutants: readonly Mutant[] = [
  numbering('numbers count from 1', (b, indices) => b.sub(indices, 1)),
  numbering('the row before, where there is one', (b, indices) => b.max(b.sub(indices, 1), b.min(indices, 0))),
  numbering('numbers of no row are those of the nearest', (b, indices, rows) =>
    b.min(b.max(b.round(indices), 0), rows - 1),
  ),
  numbering('fractions are rounded down', (b, indices) => b.floor(indices)),
  numbering('NaN is the number of the first row', (b, indices) => b.selectGreater(indices, -2, indices, 0)),
  numbering('negative numbers count from the end', (b, indices, rows) =>
    b.selectGreater(0, indices, b.add(indices, rows), indices),
  ),
  moved(
    'gather',
    'is a product with ones and zeros, which spreads infinities',
    breaking('gather', (b, node, [table, indices]) => {
      const [rows, ...rest] = table.shape as number[];
      const [count, size] = [elementCount(indices.shape), elementCount(rest)];
      const numbers = b.constant([...new Array(rows).keys()], [rows]);
      const distance = b.abs(b.sub(b.reshape(indices, [count, 1]), numbers));
      const ones = b.selectGreater(2 ** -149, distance, 1, 0);
      return b.reshape(b.matmul(ones, b.reshape(table, [rows, size])), node.shape);
    }),
  ),
  ...(['first', 'last'] as const).map((which) =>
    moved(
      'gatherGradient',
      `only the ${which} of repeated rows counts`,
      breaking('gatherGradient', (b, node, [indices, dy]) =>
        b.gatherGradient(single(b, indices, which), dy, node.shape),
      ),
    ),
  ),
  moved(
    'gatherGradient',
    'numbers of no row add to the nearest',
    breaking('gatherGradient', (b, node, [indices, dy]) =>
      b.gatherGradient(b.min(b.max(b.round(indices), 0), (node.shape[0] as number) - 1), dy, node.shape),
    ),
  ),
  moved(
    'gatherGradient',
    'is the mean of repeated rows',
    breaking('gatherGradient', (b, node, [indices, dy]) => {
      const ones = b.broadcast(1, dy.shape);
      const counts = b.gatherGradient(indices, ones, node.shape);
      return b.div(b.copy(node, [indices, dy]), b.max(counts, 1));
    }),
  ),
  moved(
    'concatenate',
    'in the reverse order',
    breaking('concatenate', (b, node, operands) => b.concatenate([...operands].reverse(), node.axis)),
  ),
  moved(
    'concatenate',
    'the first operand in the place of all of its shape',
    breaking('concatenate', (b, node, [first, ...others]) =>
      b.concatenate([first, ...others.map((each) => (sameShape(each.shape, first.shape) ? first : each))], node.axis),
    ),
  ),
  moved(
    'concatenate',
    'operands beyond the third are zeros',
    breaking('concatenate', (b, node, operands) =>
      b.concatenate(
        operands.map((each, i) => (i < 3 ? each : b.broadcast(0, each.shape))),
        node.axis,
      ),
    ),
  ),
  slicing('negative steps go forward', ({ starts, steps, shape }) => ({
    starts: starts.map((start, axis) => Math.min(start, start + ((shape[axis] as number) - 1) * steps[axis])),
    steps: steps.map(Math.abs),
  })),
  slicing('steps are 1', ({ steps }) => ({ steps: steps.map(Math.sign) })),
  slicing('starts at the first element', ({ starts, steps }) => ({
    starts: starts.map((start, axis) => (steps[axis] > 0 ? 0 : start)),
  })),
  slicing('starts one element late', ({ starts }) => ({ starts: starts.map((start) => start + 1) })),
  padding('the number is 0', () => ({ value: 0 })),
  padding('the number is finite', ({ value }) => ({ value: Math.max(value, -(2 ** 127)) })),
  padding('before and after swapped', ({ before, after }) => ({ before: after, after: before })),
  padding('what goes between goes to the end', ({ after, interior }, x) => ({
    after: after.map((n, axis) => n + ((x.shape[axis] as number) - 1) * interior[axis]),
    interior: interior.map(() => 0),
  })),
  misread('slice', 'starts at the first element', (b, node, [x]) =>
    b.copy({ ...node, starts: node.starts.map((start, axis) => (node.steps[axis] > 0 ? 0 : start)) }, [x]),
  ),
  misread('pad', 'the number is 0', (b, node, [x]) => b.copy({ ...node, value: 0 }, [x])),
  misread('concatenate', 'in the reverse order', (b, node, operands) =>
    b.concatenate([...operands].reverse(), node.axis),
  ),
  {
    subject: 'gather',
    defect: 'by numbers that are computed, which are taken to be whole',
    law: 'programs',
    properties: ['nodes'],
    create: replacing((b, node, [table, indices]) => {
      if (node.op !== 'gather' || ['input', 'constant', 'round'].includes(b.node(indices).op)) return undefined;
      return b.gather(table, b.floor(indices));
    }),
  },
];
