import { VardropError } from '../errors.js';
import type { Model } from '../layers/model/model.js';
import { type Head, headsOf } from '../likelihoods/heads.js';
import type { TargetKind } from '../likelihoods/likelihood.js';
import { inputNames, type Preprocessing, type TargetRule, targetUnits } from '../preprocessing/index.js';
import { elementCount, formatShape } from '../program/shapes.js';

/** The columns that are the targets of an output, with their places among all targets. */
export interface HeadTargets {
  readonly head: Head;
  readonly rules: readonly TargetRule[];
  /** The place of each column among the targets of the preprocessing. */
  readonly places: readonly number[];
  /** Of each column: a target is `shift + scale · z`, where z is what the network sees. */
  readonly shift: readonly number[];
  readonly scale: readonly number[];
}

/** The kinds of columns that targets of each kind may come from. */
const kindsOfRules: Readonly<Record<TargetKind, readonly TargetRule['kind'][]>> = {
  labels: ['category'],
  binary: ['category'],
  values: ['number', 'counts'],
  counts: ['counts'],
};

/**
 * The columns of the targets of each output: all columns for the only output, or for several outputs the column of the same name.
 * Empty for a preprocessing without targets. Throws `VARDROP_PREPROCESSING` where the preprocessing does not fit the model: another
 * number of inputs, several inputs, targets of another kind or number. The input of series has the columns on its last axis.
 */
export function targetRules(model: Model, preprocessing: Preprocessing): readonly HeadTargets[] {
  const width = inputNames(preprocessing).length;
  const { inputs } = model;
  if (inputs.length !== 1 || inputs[0].shape.at(-1) !== width) {
    const got = inputs.map(({ name, shape }) => `${name} ${formatShape(['batch', ...shape])}`).join(', ');
    refuse(`a model with the inputs ${got}`, `one input of ${width} numbers, as the columns give`, `input: [${width}]`);
  }
  const isSeries = inputs[0].shape.length > 1;
  const { targets } = preprocessing;
  if (targets.length === 0) return [];
  const heads = headsOf('network', model);
  const { shift, scale } = targetUnits(preprocessing);
  return heads.map((head) => {
    const { output, likelihood } = head;
    const named = targets.flatMap(({ name }, i) => (heads.length === 1 || name === output.name ? [i] : []));
    const rules = named.map((i) => targets[i]);
    const kinds = kindsOfRules[likelihood.targets];
    const other = rules.find((rule) => !kinds.includes(rule.kind));
    if (other !== undefined) {
      refuse(
        `the ${likelihood.name} likelihood for the column '${other.name}' of kind '${other.kind}'`,
        `a column of kind ${kinds.map((kind) => `'${kind}'`).join(' or ')}`,
        `another likelihood, or kinds: { ${other.name}: '${kinds[0]}' } for fitPreprocessing`,
      );
    }
    checkCount(head, rules, isSeries);
    return {
      ...{ head, rules, places: named },
      shift: named.map((i) => shift[i]),
      scale: named.map((i) => scale[i]),
    };
  });
}

/** Of series, an output may have the columns of several steps, one step after the other. */
function checkCount({ output, likelihood, targetShape }: Head, rules: readonly TargetRule[], isSeries: boolean): void {
  const names = rules.map(({ name }) => `'${name}'`).join(', ') || `no column '${output.name}'`;
  const needed = elementCount(targetShape);
  if (likelihood.targets === 'labels') {
    const [rule] = rules;
    const classes = rule?.kind === 'category' ? rule.categories.length : 0;
    if (rules.length === 1 && classes === needed) return;
    refuse(
      `${names} with ${classes} classes for the output '${output.name}' of ${needed}`,
      'one column with as many classes as the output has',
      `dense({ units: ${classes || 'classes'} }) at the end`,
    );
  }
  const fits = isSeries ? rules.length > 0 && needed % rules.length === 0 : rules.length === needed;
  if (!fits)
    refuse(`${names} for the ${needed} targets of the output '${output.name}'`, 'a column for each', 'another model');
  if (likelihood.targets !== 'binary') return;
  const other = rules.find((rule) => rule.kind === 'category' && rule.categories.length !== 2);
  if (other !== undefined) refuse(`the column '${other.name}'`, 'columns with two categories', 'categorical()');
}

function refuse(got: string, needs: string, remedy: string): never {
  throw new VardropError(
    'VARDROP_PREPROCESSING',
    `[network] preprocessing: got ${got}, needs ${needs}. Use ${remedy}.`,
  );
}
