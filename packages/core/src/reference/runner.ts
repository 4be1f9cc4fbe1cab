import type { Iteration, RunResult, Tensor, Tensors } from '../backend/contract.js';
import { VardropError } from '../errors.js';
import type { InputRole, NodeId, Program } from '../program/program.js';
import { formatShape, sameShape } from '../program/shapes.js';
import { evaluateNode } from './evaluateNode.js';
import { type FixedShape, fixedShape } from './layout.js';
import type { Sources } from './sources.js';

/** Looks a handle up (throwing if it is dead), naming what it was for. */
type Resolve = (handle: Tensor, what: string) => { readonly shape: FixedShape; readonly values: Float64Array };

/** Makes a handle that the caller owns. */
type Hold = (values: Float64Array, shape: FixedShape) => Tensor;

/** Runs a program that was prepared once. */
export type Runner = (shared: Tensors, iterations: readonly Iteration[], resolve: Resolve, hold: Hold) => RunResult;

/**
 * How often a node's value changes: never, from run to run, or from iteration to iteration. A node changes as often
 * as the most changing of its operands.
 */
const rate = { constant: 0, run: 1, iteration: 2 } as const;
type Rate = (typeof rate)[keyof typeof rate];

interface Plan {
  readonly shapes: readonly FixedShape[];
  /** Nodes to evaluate at each rate, in order; inputs are not among them. */
  readonly constant: readonly NodeId[];
  readonly run: readonly NodeId[];
  readonly iteration: readonly NodeId[];
  /** Values that nothing in the iteration reads after the given node (itself of rate `iteration`). */
  readonly lastRead: ReadonlyMap<NodeId, readonly NodeId[]>;
}

function plan(program: Program): Plan {
  const shapes = program.nodes.map((node) => fixedShape(node.shape));
  const rates: Rate[] = [];
  const lists: Record<Rate, NodeId[]> = { 0: [], 1: [], 2: [] };
  const last = new Map<NodeId, NodeId>();
  program.nodes.forEach((node, id) => {
    let own: Rate = rate.constant;
    if (node.op === 'input') own = node.role === 'shared' ? rate.run : rate.iteration;
    if (node.op === 'noise') own = rate.iteration;
    for (const operand of node.operands) {
      if (rates[operand] > own) own = rates[operand];
      if (rates[operand] === rate.iteration) last.set(operand, id);
    }
    rates.push(own);
    if (node.op !== 'input') lists[own].push(id);
  });
  for (const id of Object.values(program.outputs)) last.delete(id);
  const lastRead = new Map<NodeId, NodeId[]>();
  for (const [operand, reader] of last) lastRead.set(reader, [...(lastRead.get(reader) ?? []), operand]);
  return { shapes, constant: lists[rate.constant], run: lists[rate.run], iteration: lists[rate.iteration], lastRead };
}

/** Stands where a value was that is not needed any more, so that its memory can be reclaimed. */
const released = new Float64Array(0);

/** Prepares a program: orders its nodes by how often they change, and evaluates those that never do. */
export function createRunner(program: Program, sources: Pick<Sources, 'noise' | 'functions'>): Runner {
  const { shapes, constant, run, iteration, lastRead } = plan(program);
  const inputs = (role: InputRole) =>
    program.nodes.flatMap((node, id) => (node.op === 'input' && node.role === role ? [{ name: node.name, id }] : []));
  const sharedInputs = inputs('shared');
  const carriedInputs = inputs('carried');
  const iterationInputs = inputs('iteration');
  const carriedNames = new Set(carriedInputs.map(({ name }) => name));
  for (const name of carriedNames) {
    if (!Object.hasOwn(program.outputs, name)) {
      throw new VardropError(
        'VARDROP_PROGRAM',
        `[${program.name}] carried input "${name}": got no output of that name, needs one. Declare the next value as an output.`,
      );
    }
  }
  const otherOutputs = Object.entries(program.outputs).filter(([name]) => !carriedNames.has(name));
  const keyNames = new Set(program.nodes.flatMap((node) => (node.op === 'noise' ? [node.key] : [])));

  function evaluateInto(values: Float64Array[], ids: readonly NodeId[], keys?: Sources['keys']): void {
    for (const id of ids) {
      const node = program.nodes[id];
      values[id] = evaluateNode(
        node,
        node.operands.map((operand) => values[operand]),
        node.operands.map((operand) => shapes[operand]),
        { ...sources, keys },
      );
      for (const dead of lastRead.get(id) ?? []) values[dead] = released;
    }
  }

  const fixed: Float64Array[] = [];
  evaluateInto(fixed, constant);

  return (shared, iterations, resolve, hold) => {
    // Everything is checked before anything is computed, so that a refused run has no effect.
    const runValues = fixed.slice();
    const given = readInputs(program.name, shared, [...sharedInputs, ...carriedInputs], shapes, resolve);
    for (const { id } of sharedInputs) runValues[id] = given[id];
    const givenIterations = iterations.map((one, index) => {
      const who = `${program.name}, iteration ${index}`;
      requireKeys(who, one.keys ?? {}, keyNames);
      return readInputs(who, one.inputs ?? {}, iterationInputs, shapes, resolve);
    });
    evaluateInto(runValues, run);
    const carried = new Map(carriedInputs.map(({ name, id }) => [name, given[id]]));
    const results = iterations.map((one, index) => {
      const values = runValues.slice();
      for (const { id } of iterationInputs) values[id] = givenIterations[index][id];
      for (const { name, id } of carriedInputs) values[id] = carried.get(name) as Float64Array;
      evaluateInto(values, iteration, one.keys);
      for (const name of carriedNames) carried.set(name, values[program.outputs[name]]);
      return otherOutputs.map(([name, id]) => [name, { values: values[id], shape: shapes[id] }] as const);
    });
    return {
      carried: Object.fromEntries(
        carriedInputs.map(({ name, id }) => [name, hold(carried.get(name) as Float64Array, shapes[id])]),
      ),
      outputs: results.map((outputs) =>
        Object.fromEntries(outputs.map(([name, { values, shape }]) => [name, hold(values, shape)])),
      ),
    };
  };
}

/** Values of the inputs that are needed, by node. Throws `VARDROP_INPUT` unless exactly these are given, in shape. */
function readInputs(
  who: string,
  given: Tensors,
  needed: readonly { readonly name: string; readonly id: NodeId }[],
  shapes: readonly FixedShape[],
  resolve: Resolve,
): Float64Array[] {
  for (const name of Object.keys(given)) {
    if (!needed.some((input) => input.name === name)) {
      const names = needed.map((input) => `"${input.name}"`).join(', ') || 'none';
      throw new VardropError(
        'VARDROP_INPUT',
        `[${who}] input "${name}": got a tensor of shape ${formatShape(given[name].shape)}, needs only ${names} here. Leave it out.`,
      );
    }
  }
  const values: Float64Array[] = [];
  for (const { name, id } of needed) {
    const what = `[${who}] input "${name}"`;
    if (!Object.hasOwn(given, name)) {
      throw new VardropError('VARDROP_INPUT', `${what}: got nothing, needs ${formatShape(shapes[id])}. Pass it.`);
    }
    const tensor = resolve(given[name], `input "${name}"`);
    if (!sameShape(tensor.shape, shapes[id])) {
      throw new VardropError(
        'VARDROP_INPUT',
        `${what}: got ${formatShape(tensor.shape)}, needs ${formatShape(shapes[id])}. Reshape it, or compile for its shape.`,
      );
    }
    values[id] = tensor.values;
  }
  return values;
}

/** Throws `VARDROP_INPUT` unless exactly the keys that the program mentions are given. */
function requireKeys(who: string, keys: Readonly<Record<string, unknown>>, needed: ReadonlySet<string>): void {
  for (const name of new Set([...needed, ...Object.keys(keys)])) {
    if (!needed.has(name) || !keys[name]) {
      const names = [...needed].map((key) => `"${key}"`).join(', ') || 'none';
      throw new VardropError(
        'VARDROP_INPUT',
        `[${who}] key "${name}": got ${needed.has(name) ? 'none' : 'one'}, needs the keys ${names}. ${needed.has(name) ? 'Pass it' : 'Leave it out'}.`,
      );
    }
  }
}
