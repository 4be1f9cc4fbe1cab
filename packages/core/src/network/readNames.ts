import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { headsOf, isNamed } from '../heads.js';
import type { Model } from '../layers/model/model.js';
import { elementCount } from '../program/shapes.js';
import type { NetworkNames } from './network.js';

/**
 * The names of a network's classes and columns, checked and copied. Throws `VARDROP_OPTION` unless they are lists of texts, each
 * once, and for names of what the model does not have, `VARDROP_SHAPE` for another number of them than the model has.
 */
export function readNames(model: Model, { classes, columns }: NetworkNames): NetworkNames {
  return {
    ...(classes !== undefined && { classes: readClasses(model, classes) }),
    ...(columns !== undefined && { columns: readColumns(model, columns) }),
  };
}

function readClasses(model: Model, given: unknown): NetworkNames['classes'] {
  const labelled = headsOf('createNetwork', model).filter(({ likelihood }) => likelihood.targets === 'labels');
  if (labelled.length === 0) refuse('classes', given, 'none, since no output has labels. Leave it out');
  if (!isNamed(model)) return texts('classes', given, labelled[0].targetShape[0]);
  const names = labelled.map(({ output }) => output.name);
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return refuse('classes', given, `lists of names for the outputs ${names.join(', ')}`);
  return Object.fromEntries(
    Object.entries(given).map(([name, list]) => {
      const head = labelled.find(({ output }) => output.name === name);
      if (head === undefined) return refuse('classes', name, `names of outputs with labels: ${names.join(', ')}`);
      return [name, texts(`classes.${name}`, list, head.targetShape[0])];
    }),
  );
}

function readColumns({ inputs }: Model, given: unknown): readonly string[] {
  if (inputs.length > 1) refuse('columns', given, 'none, since the model has several inputs. Leave it out');
  return texts('columns', given, elementCount(inputs[0].shape));
}

/** A list of so many texts, each once. */
function texts(what: string, given: unknown, count: number): readonly string[] {
  if (!Array.isArray(given) || !given.every((name) => typeof name === 'string') || new Set(given).size < given.length)
    return refuse(what, given, 'a list of texts, each once');
  if (given.length === count) return [...given];
  throw new VardropError(
    'VARDROP_SHAPE',
    `[createNetwork] ${what}: got ${given.length} names, needs ${count}, as many as the model has. Name each one.`,
  );
}

function refuse(what: string, got: unknown, needs: string): never {
  throw new VardropError('VARDROP_OPTION', `[createNetwork] ${what}: got ${formatValue(got)}, needs ${needs}.`);
}
