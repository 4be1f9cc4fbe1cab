import { VardropError } from '../errors.js';
import { formatShape, sameShape } from '../program/shapes.js';
import type { Iteration, NoiseKey, Tensors } from './contract.js';
import type { HandleTable } from './handleTable.js';
import type { ProgramInput } from './programInputs.js';

/** The keys of one iteration, by name. */
export type Keys = Readonly<Record<string, NoiseKey>>;

/**
 * The entries of the tensors given for `wanted`, by name. Throws `VARDROP_INPUT` unless exactly these inputs are given,
 * in their shapes. Throws the table's errors for disposed and foreign handles.
 *
 * @param who the backend and the run, for messages: `[tfjs:wasm] run step`
 */
export function bindInputs<Entry>(
  who: string,
  given: Tensors,
  wanted: readonly ProgramInput[],
  handles: HandleTable<Entry>,
): Map<string, Entry> {
  const bound = new Map<string, Entry>();
  const refuse = (name: string, got: string, needs: string, remedy: string): never => {
    throw new VardropError('VARDROP_INPUT', `${who}: input "${name}": got ${got}, needs ${needs}. ${remedy}.`);
  };
  for (const { name, shape } of wanted) {
    if (!Object.hasOwn(given, name)) refuse(name, 'nothing', `a tensor ${formatShape(shape)}`, 'Pass it');
    const entry = handles.get(given[name], `input "${name}"`);
    if (!sameShape(given[name].shape, shape)) {
      refuse(name, formatShape(given[name].shape), formatShape(shape), 'Reshape it, or compile for its shape');
    }
    bound.set(name, entry);
  }
  for (const name of Object.keys(given)) {
    if (bound.has(name)) continue;
    refuse(name, 'one', `only ${listed(wanted.map((each) => each.name))} here`, 'Leave it out');
  }
  return bound;
}

/** Checks keys and returns them. Throws `VARDROP_INPUT` unless exactly the `wanted` ones are given. */
export function bindKeys(who: string, given: NonNullable<Iteration['keys']>, wanted: readonly string[]): Keys {
  const refuse = (name: string, got: string, remedy: string): never => {
    throw new VardropError(
      'VARDROP_INPUT',
      `${who}: key "${name}": got ${got}, needs the keys ${listed(wanted)}. ${remedy}.`,
    );
  };
  for (const name of wanted) if (!Object.hasOwn(given, name) || !given[name]) refuse(name, 'none', 'Pass it');
  for (const name of Object.keys(given)) if (!wanted.includes(name)) refuse(name, 'one', 'Leave it out');
  return given;
}

function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ') || 'none';
}
