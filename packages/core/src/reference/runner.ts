import type { ExecutableParts } from '../backend/createExecutableOf.js';
import { programInterface } from '../backend/programInterface.js';
import type { BoundProgram, NodeId } from '../program/program.js';
import { evaluateNode } from './evaluateNode.js';
import type { FixedShape } from './layout.js';
import type { Sources } from './sources.js';

/** Computes a run of a program that has been prepared once. */
type Runner = ExecutableParts<Float64Array>['execute'];

/**
 * How often a node's value changes: never, once per run, or once per iteration. A node changes as often as its most
 * often changing operand.
 */
const rate = { constant: 0, run: 1, iteration: 2 } as const;
type Rate = (typeof rate)[keyof typeof rate];

interface Plan {
  readonly shapes: readonly FixedShape[];
  /** Nodes to evaluate at each rate, in order, without inputs. */
  readonly constant: readonly NodeId[];
  readonly run: readonly NodeId[];
  readonly iteration: readonly NodeId[];
  /** For each node of rate `iteration`, the values that nothing later in the iteration reads. */
  readonly lastRead: ReadonlyMap<NodeId, readonly NodeId[]>;
}

function plan(program: BoundProgram): Plan {
  const shapes = program.nodes.map(({ shape }) => shape);
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

/** Replaces a value that is no longer needed, so that its memory can be reclaimed. */
const released = new Float64Array(0);

/** Prepares a program: sorts its nodes by how often they change, and evaluates those that never change. */
export function createRunner(program: BoundProgram, sources: Pick<Sources, 'noise' | 'functions'>): Runner {
  const { shapes, constant, run, iteration, lastRead } = plan(program);
  const { runInputs, iterationInputs, carriedInputs, freshOutputs } = programInterface(program);

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

  return (given, iterations) => {
    const runValues = fixed.slice();
    for (const { name, id } of runInputs) runValues[id] = given.get(name) as Float64Array;
    evaluateInto(runValues, run);
    let carried = carriedInputs.map(({ id }) => runValues[id]);
    const outputs = iterations.map(({ inputs, keys }) => {
      const values = runValues.slice();
      for (const { name, id } of iterationInputs) values[id] = inputs.get(name) as Float64Array;
      carriedInputs.forEach(({ id }, i) => {
        values[id] = carried[i];
      });
      evaluateInto(values, iteration, keys);
      carried = carriedInputs.map(({ name }) => values[program.outputs[name]]);
      return new Map(freshOutputs.map((name) => [name, values[program.outputs[name]]]));
    });
    return { carried: new Map(carriedInputs.map(({ name }, i) => [name, carried[i]])), outputs };
  };
}
