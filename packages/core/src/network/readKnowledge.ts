import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model/model.js';
import { type Head, headsOf, isNamed } from '../likelihoods/heads.js';
import { inputNames, type Preprocessing, readPreprocessing } from '../preprocessing/index.js';
import type { OutputKnowledge } from './finishPrediction.js';
import type { NetworkKnowledge } from './network.js';
import { targetRules } from './targetRules.js';

/** What a network knows beside model and tensors, checked and copied, also by the names of outputs. */
export interface ReadKnowledge extends NetworkKnowledge {
  readonly outputs: ReadonlyMap<string, OutputKnowledge>;
}

/**
 * Reads what a network knows. Names of classes and columns follow from a preprocessing. Throws `VARDROP_OPTION` unless they are
 * lists of texts, each once, for names of what the model does not have, and for names beside a preprocessing, `VARDROP_SHAPE` for
 * another number of them than the model has, and `VARDROP_PREPROCESSING` for a preprocessing that is damaged or does not fit.
 */
export function readKnowledge(model: Model, { classes, columns, preprocessing }: NetworkKnowledge): ReadKnowledge {
  if (preprocessing !== undefined) {
    const given = Object.entries({ classes, columns }).find(([, value]) => value !== undefined);
    if (given) refuse(given[0], given[1], 'none beside a preprocessing, which has these names. Leave it out');
    return ofPreprocessing(model, readPreprocessing(preprocessing));
  }
  const byOutput = classes === undefined ? {} : readClasses(model, classes);
  return {
    ...(classes !== undefined && { classes: oneOrNamed(model, byOutput) }),
    ...(columns !== undefined && { columns: readColumns(model, columns) }),
    outputs: new Map(Object.entries(byOutput).map(([name, own]) => [name, { classes: own }])),
  };
}

function ofPreprocessing(model: Model, preprocessing: Preprocessing): ReadKnowledge {
  const outputs = new Map<string, OutputKnowledge>();
  const classes: Record<string, readonly string[]> = {};
  for (const targets of targetRules(model, preprocessing)) {
    const { head, rules } = targets;
    const { name } = head.output;
    const [rule] = rules;
    if (head.likelihood.targets === 'labels' && rule.kind === 'category') classes[name] = rule.categories;
    outputs.set(name, { targets, ...(Object.hasOwn(classes, name) && { classes: classes[name] }) });
  }
  return {
    preprocessing,
    columns: inputNames(preprocessing),
    ...(Object.keys(classes).length > 0 && { classes: oneOrNamed(model, classes) }),
    outputs,
  };
}

function oneOrNamed(model: Model, classes: Readonly<Record<string, readonly string[]>>): NetworkKnowledge['classes'] {
  return isNamed(model) ? classes : classes[model.outputs[0].name];
}

/** The names of the classes by the names of outputs. */
function readClasses(model: Model, given: unknown): Readonly<Record<string, readonly string[]>> {
  const labelled = headsOf('createNetwork', model).filter(({ likelihood }) => likelihood.targets === 'labels');
  if (labelled.length === 0) refuse('classes', given, 'none, since no output has labels. Leave it out');
  const list = (what: string, { targetShape }: Head, names: unknown) => texts(what, names, targetShape[0]);
  if (!isNamed(model)) return { [labelled[0].output.name]: list('classes', labelled[0], given) };
  const names = labelled.map(({ output }) => output.name).join(', ');
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return refuse('classes', given, `lists of names for the outputs ${names}`);
  return Object.fromEntries(
    Object.entries(given).map(([name, each]) => {
      const head = labelled.find(({ output }) => output.name === name);
      return head === undefined
        ? refuse('classes', name, `names of outputs with labels: ${names}`)
        : [name, list(`classes.${name}`, head, each)];
    }),
  );
}

function readColumns({ inputs }: Model, given: unknown): readonly string[] {
  if (inputs.length > 1) refuse('columns', given, 'none, since the model has several inputs. Leave it out');
  return texts('columns', given, inputs[0].shape.at(-1) ?? 1);
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
