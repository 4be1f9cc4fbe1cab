import type { BoundProgram, NodeId, NodeOf } from '@vardrop/core/program';
import type { Kernel } from '../kernel.js';
import { storeFour } from '../storeFour.js';
import { createFunction, type Local } from '../wasmWriter.js';
import { type Group, numberOf } from './groups.js';
import { broadcastSteps, collapse, reducedSteps } from './loop.js';
import { createVectorMath, type VectorMath } from './vectorMath.js';

/** What a reduction starts from. */
const initialValue = { reduceSum: 0, reduceMax: Number.NEGATIVE_INFINITY } as const;

/** Operations whose result a processor waits for. */
const slowOperations: ReadonlySet<string> = new Set(['sqrt', 'exp', 'log', 'div']);

/** Shorter rows are computed one vector at a time. */
const fewestUnrolled = 32;

/** Four elements among those that a turn of the loop computes: their values, and where they lie behind the first. */
interface Part {
  readonly values: Map<NodeId, Local>;
  /** Bytes. */
  readonly behind: number;
}

/** A reduction of the group, while its loop is being written. */
interface Reduction {
  readonly node: NodeOf<'reduceSum' | 'reduceMax'>;
  /** Index of its result among the function's parameters. */
  readonly tensor: number;
  /** Sum or maximum along the innermost axis, where that axis is reduced. */
  readonly sum?: Local;
}

/**
 * The function that computes a group: parameters are the addresses of its operands, then of its results, of which those
 * of reductions already hold `initialValue`. Four elements a turn; the rest of a row (1 to 3 elements) is computed as four
 * and written one by one, reading at most 12 bytes past a tensor's end, which is inside the heap.
 */
export function writeLoop(program: BoundProgram, group: Group): Kernel {
  const { nodes } = program;
  const tensors = [...group.operands, ...group.results];
  const w = createFunction(tensors.length);
  const isReduction = (id: NodeId) => nodes[id].op === 'reduceSum' || nodes[id].op === 'reduceMax';
  const written = (tensor: number) => tensor >= group.operands.length;

  const steps = tensors.map((id, tensor) => {
    const node = nodes[id];
    const reduces = written(tensor) && (node.op === 'reduceSum' || node.op === 'reduceMax');
    return reduces ? reducedSteps(group.shape, node.axes) : broadcastSteps(node.shape, group.shape);
  });
  const inBlocks = tensors.some((id, tensor) => written(tensor) && isReduction(id));
  const loop = collapse(group.shape, steps, inBlocks);
  const inner = loop.lengths.length - 1;
  const innerStep = (tensor: number) => loop.steps[tensor][inner];

  const numbers = new Map<NodeId, Local>();
  for (const id of group.nodes) {
    for (const operand of nodes[id].operands) {
      const value = numberOf(nodes[operand]);
      if (value === undefined || numbers.has(operand)) continue;
      const local = w.v128();
      w.floats(value);
      w.set(local);
      numbers.set(operand, local);
    }
  }
  const bases = tensors.map(() => w.i32());
  const splats = tensors.map((_, tensor) => (!written(tensor) && innerStep(tensor) === 0 ? w.v128() : undefined));
  const reductions: Reduction[] = group.results.flatMap((id, i) => {
    const node = nodes[id];
    if (node.op !== 'reduceSum' && node.op !== 'reduceMax') return [];
    const tensor = group.operands.length + i;
    return [{ node, tensor, ...(innerStep(tensor) === 0 ? { sum: w.v128() } : {}) }];
  });
  const isSlow = group.nodes.some((id) => slowOperations.has(nodes[id].op));
  const offset = w.i32();
  const rest = w.i32();
  const mask = w.v128();
  const length = loop.lengths[inner];
  const hasRest = length % 4 !== 0 || (loop.partial ?? 0) % 4 !== 0;

  /**
   * Computes as many vectors of four elements as asked for, from `offset` bytes into the row on. Two at a time are written
   * node by node, so that the processor has the second to work on while it waits for the first.
   */
  function body(isRest: boolean, vectors: 1 | 2 = 1): void {
    const math = createVectorMath(w);
    const parts = Array.from({ length: vectors }, (_, part) => ({
      values: new Map<NodeId, Local>(numbers),
      behind: 16 * part,
    }));
    for (const id of group.nodes) for (const part of parts) compute(id, math, part, isRest);
    group.results.forEach((id, i) => {
      if (isReduction(id)) return;
      for (const part of parts) write(group.operands.length + i, part.values.get(id) as Local, part, isRest);
    });
  }

  function address(tensor: number): void {
    w.get(bases[tensor]);
    w.get(offset);
    w.plain('i32Add');
  }

  function write(tensor: number, value: Local, { behind }: Part, isRest: boolean): void {
    storeFour(w, () => address(tensor), value, isRest ? rest : undefined, behind);
  }

  function register(id: NodeId, { values, behind }: Part): Local {
    const known = values.get(id);
    if (known !== undefined) return known;
    const tensor = group.operands.indexOf(id);
    let local = splats[tensor];
    if (local === undefined) {
      local = w.v128();
      address(tensor);
      w.load(behind);
      w.set(local);
    }
    values.set(id, local);
    return local;
  }

  function compute(id: NodeId, math: VectorMath, part: Part, isRest: boolean): void {
    const { values } = part;
    const node = nodes[id];
    const [a, b, x, y] = node.operands.map((operand) => register(operand, part));
    if (node.op === 'broadcast') {
      values.set(id, a);
      return;
    }
    if (node.op === 'reduceSum' || node.op === 'reduceMax') {
      reduce(reductions.find((each) => each.node === node) as Reduction, a, part, isRest);
      return;
    }
    const result = w.v128();
    switch (node.op) {
      case 'neg':
      case 'abs':
      case 'sqrt':
      case 'exp':
      case 'log':
        math.unary(node.op, a)();
        break;
      case 'add':
      case 'sub':
      case 'mul':
      case 'div':
        math.binary(node.op, a, b)();
        break;
      case 'max':
      case 'min': {
        // Of 0 and −0 the larger is 0, which only the general instruction knows.
        const bound = Math.fround(numberOf(nodes[node.operands[1]]) ?? Number.NaN);
        if (Number.isNaN(bound) || bound === 0) math.binary(node.op, a, b)();
        else math.bounded(node.op, a, b)();
        break;
      }
      case 'selectGreater':
        math.selectGreater(a, b, x, y)();
        break;
      default:
        throw new Error(`A loop cannot compute ${node.op}.`);
    }
    w.set(result);
    values.set(id, result);
  }

  function reduce({ node, tensor, sum }: Reduction, value: Local, part: Part, isRest: boolean): void {
    const opcode = node.op === 'reduceSum' ? 'add' : 'max';
    if (sum === undefined) {
      const next = w.v128();
      address(tensor);
      w.load(part.behind);
      w.get(value);
      w.simd(opcode);
      w.set(next);
      write(tensor, next, part, isRest);
      return;
    }
    w.get(sum);
    w.get(value);
    if (isRest) {
      w.floats(initialValue[node.op]);
      w.get(mask);
      w.simd('bitselect');
    }
    w.simd(opcode);
    w.set(sum);
  }

  /** Adds the four partial results of a row to what the result holds. */
  function finishRow({ node, tensor, sum }: Reduction): void {
    if (sum === undefined) return;
    const combine = node.op === 'reduceSum' ? 'f32Add' : 'f32Max';
    w.get(bases[tensor]);
    w.get(bases[tensor]);
    w.loadFloat();
    for (const pair of [0, 2]) {
      for (const lane of [pair, pair + 1]) {
        w.get(sum);
        w.lane(lane);
      }
      w.plain(combine);
    }
    w.plain(combine);
    w.plain(combine);
    w.storeFloat();
  }

  function row(counters: readonly Local[]): void {
    tensors.forEach((_, tensor) => {
      w.get(tensor);
      counters.forEach((counter, axis) => {
        const step = loop.steps[tensor][axis];
        if (step === 0) return;
        w.get(counter);
        w.integer(4 * step);
        w.plain('i32Mul');
        w.plain('i32Add');
      });
      w.set(bases[tensor]);
      const splat = splats[tensor];
      if (splat !== undefined) {
        w.get(bases[tensor]);
        w.loadSplat();
        w.set(splat);
      }
    });
    for (const { node, sum } of reductions) {
      if (sum === undefined) continue;
      w.floats(initialValue[node.op]);
      w.set(sum);
    }
    if (loop.partial === undefined) {
      const pairs = isSlow && length >= fewestUnrolled ? length - (length % 8) : 0;
      if (pairs > 0) {
        w.loop(offset, { constant: 4 * pairs }, 32, () => body(false, 2));
        // One vector is left where a row is no multiple of eight elements.
        if (length - pairs >= 4) {
          body(false);
          setInteger(offset, 4 * (pairs + 4));
        }
      } else if (length >= 4) w.loop(offset, { constant: 4 * (length - (length % 4)) }, 16, () => body(false));
      else setInteger(offset, 0);
      setInteger(rest, length % 4);
    } else {
      // The last block is shorter; every block has at least 4096 elements but that one.
      const count = w.i32();
      w.integer(loop.partial);
      w.integer(length);
      w.get(counters[0]);
      w.integer(loop.lengths[0] - 1);
      w.plain('i32LtU');
      // select(a, b, c) is a where c is not 0.
      const isFull = w.i32();
      w.set(isFull);
      w.set(count);
      w.set(rest);
      w.get(count);
      w.get(rest);
      w.get(isFull);
      w.plain('select');
      w.set(count);
      w.get(count);
      w.integer(3);
      w.plain('i32And');
      w.set(rest);
      w.get(count);
      w.get(rest);
      w.plain('i32Sub');
      w.integer(4);
      w.plain('i32Mul');
      const limit = w.i32();
      w.set(limit);
      if (isSlow) {
        const pairs = w.i32();
        w.get(limit);
        w.integer(-32);
        w.plain('i32And');
        w.set(pairs);
        w.loop(offset, pairs, 32, () => body(false, 2));
        w.get(limit);
        w.get(pairs);
        w.plain('i32Sub');
        w.when(() => {
          body(false);
          w.get(limit);
          w.set(offset);
        });
      } else w.loop(offset, limit, 16, () => body(false));
    }
    if (hasRest) {
      w.get(rest);
      w.when(() => {
        w.get(rest);
        w.simd('i32x4Splat');
        w.integers([0, 1, 2, 3]);
        w.simd('i32x4GtS');
        w.set(mask);
        body(true);
      });
    }
    reductions.forEach(finishRow);
  }

  function setInteger(local: Local, value: number): void {
    w.integer(value);
    w.set(local);
  }

  function nest(axis: number, counters: readonly Local[]): void {
    if (axis === inner) {
      row(counters);
      return;
    }
    const counter = w.i32();
    w.loop(counter, { constant: loop.lengths[axis] }, 1, () => nest(axis + 1, [...counters, counter]));
  }

  nest(0, []);
  const results = group.results.map((id) => {
    const { op, shape } = nodes[id];
    return op === 'reduceSum' || op === 'reduceMax' ? { shape, initial: initialValue[op] } : { shape };
  });
  return { code: w, results };
}
