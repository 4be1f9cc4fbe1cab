import { VardropError } from '../errors.js';
import type { InputRole, NodeId, Program } from '../program/program.js';
import { formatShape, sameShape } from '../program/shapes.js';
import type { Tensors } from './contract.js';
import type { HandleTable } from './handleTable.js';

/** An input of a bound program. */
export interface ProgramInput {
  readonly name: string;
  readonly role: InputRole;
  readonly id: NodeId;
  readonly shape: readonly number[];
}

/** The inputs of a bound program, in the order of its nodes. */
export function programInputs(program: Program): readonly ProgramInput[] {
  return program.nodes.flatMap((node, id) =>
    node.op === 'input' ? [{ name: node.name, role: node.role, id, shape: node.shape as readonly number[] }] : [],
  );
}

/**
 * What stands behind the tensors given for `wanted`, by node. Throws `VARDROP_INPUT` unless exactly these are given, in
 * their shapes, and what the table throws for dead and foreign handles.
 *
 * @param who the backend and the run, for messages: `[tfjs:wasm] run step`
 */
export function bindInputs<Entry>(
  who: string,
  given: Tensors,
  wanted: readonly ProgramInput[],
  handles: HandleTable<Entry>,
): Map<NodeId, Entry> {
  const bound = new Map<NodeId, Entry>();
  const refuse = (name: string, got: string, needs: string, remedy: string): never => {
    throw new VardropError('VARDROP_INPUT', `${who}: input "${name}": got ${got}, needs ${needs}. ${remedy}.`);
  };
  for (const { name, id, shape } of wanted) {
    if (!Object.hasOwn(given, name)) refuse(name, 'nothing', `a tensor ${formatShape(shape)}`, 'Pass it');
    const entry = handles.get(given[name], `input "${name}"`);
    if (!sameShape(given[name].shape, shape)) {
      refuse(name, formatShape(given[name].shape), formatShape(shape), 'Reshape it, or compile for its shape');
    }
    bound.set(id, entry);
  }
  for (const name of Object.keys(given)) {
    if (wanted.some((input) => input.name === name)) continue;
    const names = wanted.map((input) => `"${input.name}"`).join(', ') || 'none';
    refuse(name, `a tensor ${formatShape(given[name].shape)}`, `only ${names} here`, 'Leave it out');
  }
  return bound;
}
