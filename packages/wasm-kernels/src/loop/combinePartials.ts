import type { Phase } from '../kernel.js';
import { addScaled, limit } from '../write/integers.js';
import { cutItems, type Section, writeSections } from '../write/tasks.js';
import { storeFirst } from '../write/walkRow.js';
import { createFunction, type FunctionWriter, type Local } from '../write/wasmWriter.js';
import { initialValue, type LoopWriting, type Reduction } from './loopWriting.js';

/** Partial results that are combined one after the other, before the results of that are. */
const block = 64;

/** A phase that combines the partial results of the tasks, in an order that depends on their number only. */
export function combinePartials({ loop, reductions, w: { parameters } }: LoopWriting): Phase {
  const w = createFunction(parameters - 2);
  const sections = reductions.flatMap((reduction) => sectionsOf(w, reduction, loop.tasks));
  return { code: w, tasks: writeSections(w, sections) };
}

/** The elements of one reduction, four at a time. */
function sectionsOf(w: FunctionWriter, { node, tensor, partial }: Reduction, count: number): Section[] {
  if (partial === undefined) return [];
  const { offset, stride, size } = partial;
  const opcode = node.op === 'reduceSum' ? 'add' : 'max';
  const [source, from, item, index, end, start] = [w.i32(), w.i32(), w.i32(), w.i32(), w.i32(), w.i32()];
  const [sum, total] = [w.v128(), w.v128()];
  const begin = (local: Local) => {
    w.floats(initialValue[node.op]);
    w.set(local);
  };
  const include = (local: Local, push: () => void) => {
    w.get(local);
    push();
    w.simd(opcode);
    w.set(local);
  };
  const combine = (numbers: number) => () => {
    w.get(w.first - 1);
    w.integer(4 * offset);
    w.plain('i32Add');
    addScaled(w, item, 16);
    w.set(source);
    begin(total);
    w.loop(start, { constant: count }, block, () => {
      begin(sum);
      w.get(start);
      w.integer(block);
      w.plain('i32Add');
      w.set(end);
      limit(w, end, 'smaller', () => w.integer(count));
      w.loop(
        index,
        end,
        1,
        () => {
          w.get(source);
          addScaled(w, index, 4 * stride);
          w.set(from);
          include(sum, () => {
            w.get(from);
            w.load();
          });
        },
        start,
      );
      include(total, () => w.get(sum));
    });
    const target = () => {
      w.get(tensor);
      addScaled(w, item, 16);
    };
    storeFirst(w, numbers, target, total);
  };
  const whole = Math.floor(size / 4);
  const rest = size % 4;
  const write = (first: Local, last: Local) => {
    if (rest > 0) {
      w.get(last);
      w.integer(whole);
      w.plain('i32GtU');
      w.when(() => {
        w.integer(whole);
        w.set(item);
        combine(rest)();
      });
      limit(w, last, 'smaller', () => w.integer(whole));
    }
    w.get(first);
    w.get(last);
    w.plain('i32LtU');
    w.when(() => w.loop(item, last, 1, combine(4), first));
  };
  return [{ cut: cutItems(Math.ceil(size / 4), count), write }];
}
