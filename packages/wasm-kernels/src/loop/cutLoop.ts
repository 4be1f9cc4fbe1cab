import { mostTasks } from '../write/tasks.js';
import type { Loop } from './loop.js';

/** A loop nest that is cut into tasks along its outermost axis. */
export interface CutLoop extends Loop {
  readonly tasks: number;
  /** Turns of the outermost axis that a task runs. The last task may have fewer. */
  readonly turns: number;
}

/** What decides how a loop is cut. */
export interface LoopWork {
  /** About the time that an element takes, in units of 0.1 nanoseconds. */
  readonly cost: number;
  /** Indices of the tensors that are results of reductions. They have step 0 along reduced axes. */
  readonly reductions: readonly number[];
}

/** Units of work of a task: about 30 microseconds. Less than two thirds of it is not cut. */
const taskWork = 300_000;
/** Sums side by side into which a row is added up. */
const sumsOfRow = 8;
/** The most additions that a term goes through in a task: at most half of them within a row, half of them between rows. */
const mostAdditions = 4096;
const longestRow = (mostAdditions / 2) * sumsOfRow;
/** Blocks of a row are multiples of this, so that no two tasks write the same cache line. */
const blockUnit = 16;
/** More tasks than this make no loop faster. */
const usefulTasks = 16;

const product = (lengths: readonly number[]) => lengths.reduce((all, length) => all * length, 1);

/**
 * Cuts a loop nest into tasks. The axis that is cut becomes the outermost. If that is the axis of the rows, rows are cut into
 * blocks. Where a task reduces the cut axis, it has a partial result of its own, so an axis is worse the more of those there are.
 */
export function cutLoop(loop: Loop, { cost, reductions }: LoopWork): CutLoop {
  const { lengths, steps } = loop;
  const elements = product(lengths);
  const inner = lengths.length - 1;
  const additions = (tensor: number, cutLengths: readonly number[]) => {
    const reduced = cutLengths.map((length, axis) => (steps[tensor][axis] === 0 ? length : 1));
    return product(reduced.slice(0, -1)) + reduced[inner] / sumsOfRow;
  };
  const isAccurate = (cutLengths: readonly number[]) =>
    reductions.every((tensor) => additions(tensor, cutLengths) <= mostAdditions);
  if (elements * cost * 3 < taskWork * 2 && isAccurate(lengths)) return { ...loop, tasks: 1, turns: lengths[0] };

  const wanted = Math.min(mostTasks, Math.ceil((elements * cost) / taskWork));
  const choices = lengths.map((length, axis) => {
    const turns = turnsOf(length, wanted, axis === inner, reductions.length > 0);
    const tasks = Math.ceil(length / turns);
    const size = (tensor: number) => product(lengths.filter((_, each) => steps[tensor][each] !== 0));
    const partial = reductions.reduce((sum, tensor) => sum + (steps[tensor][axis] === 0 ? tasks * size(tensor) : 0), 0);
    const accurate = isAccurate(lengths.map((each, i) => (i === axis ? turns : each)));
    return {
      axis,
      turns,
      tasks,
      time: elements / Math.min(tasks, usefulTasks) + 2 * partial + (accurate ? 0 : elements),
    };
  });
  const best = choices.reduce((a, b) => (b.time < a.time ? b : a));
  return best.axis === inner ? cutRows(loop, best.turns) : cutAxis(loop, best.axis, best.turns);
}

/** Turns of an axis for each task, if `wanted` tasks are wanted. */
function turnsOf(length: number, wanted: number, isRow: boolean, reduces: boolean): number {
  const turns = Math.ceil(length / wanted);
  if (!isRow) return reduces ? Math.min(turns, mostAdditions / 2) : turns;
  const block = Math.ceil(length / wanted / blockUnit) * blockUnit;
  return Math.min(block, longestRow);
}

function cutAxis({ lengths, steps }: Loop, axis: number, turns: number): CutLoop {
  const front = <T>(values: readonly T[]) => [values[axis], ...values.slice(0, axis), ...values.slice(axis + 1)];
  return { lengths: front(lengths), steps: steps.map(front), turns, tasks: Math.ceil(lengths[axis] / turns) };
}

/** The blocks of rows become the outermost axis. */
function cutRows({ lengths, steps }: Loop, block: number): CutLoop {
  const inner = lengths.length - 1;
  const length = lengths[inner];
  const tasks = Math.ceil(length / block);
  if (tasks === 1) return { lengths, steps, tasks, turns: lengths[0] };
  return {
    lengths: [tasks, ...lengths.slice(0, inner), block],
    steps: steps.map((each) => [each[inner] * block, ...each]),
    tasks,
    turns: 1,
    ...(length % block === 0 ? {} : { partial: length % block }),
  };
}
