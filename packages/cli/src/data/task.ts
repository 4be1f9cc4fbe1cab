import {
  binary,
  categorical,
  gaussian,
  type Likelihood,
  laplace,
  ordinal,
  type Preprocessing,
  poisson,
  studentT,
  type TargetRule,
  VardropError,
} from '@vardrop/core';
import type { LikelihoodName } from '../choices.js';
import { counted } from '../counted.js';

/** What is to be predicted, and how a network says it. */
export interface Task {
  readonly likelihood: LikelihoodName;
  /** Names of the target columns. */
  readonly targets: readonly string[];
  /** Names of the classes of each target, for those that are one of several, or yes or no. */
  readonly classes: readonly (readonly string[])[];
  /** Numbers that the last layer gives for a row. */
  readonly outputs: number;
}

/** How many classes and targets there are. */
interface Sizes {
  readonly classes: number;
  readonly targets: number;
}

/** What a likelihood wants of a table, and of a network. */
interface LikelihoodForm {
  /** What its targets are. */
  readonly kind: TargetRule['kind'];
  /** The same in words. */
  readonly says: string;
  /** Whether it takes several target columns. */
  readonly several: boolean;
  /** Numbers that the last layer gives. */
  readonly outputs: (sizes: Sizes) => number;
  readonly make: (sizes: Sizes) => Likelihood;
}

const each = ({ targets }: Sizes) => targets;
const ofClasses = { kind: 'category', says: 'classes' } as const;
const ofNumbers = { kind: 'number', says: 'numbers', several: true, outputs: each } as const;

/** The likelihoods of the command by their names. */
const forms: Readonly<Record<LikelihoodName, LikelihoodForm>> = {
  categorical: { ...ofClasses, several: false, outputs: ({ classes }) => classes, make: () => categorical() },
  binary: { kind: 'category', says: 'one of two', several: true, outputs: each, make: () => binary() },
  ordinal: { ...ofClasses, several: false, outputs: () => 1, make: ({ classes }) => ordinal({ classes }) },
  gaussian: { ...ofNumbers, make: () => gaussian() },
  heteroscedastic: {
    ...ofNumbers,
    outputs: ({ targets }) => 2 * targets,
    make: () => gaussian({ variance: 'output', beta: 0.5 }),
  },
  laplace: { ...ofNumbers, make: () => laplace() },
  'student-t': { ...ofNumbers, make: () => studentT() },
  poisson: { kind: 'counts', says: 'counts', several: true, outputs: each, make: () => poisson() },
};

/** The kind of targets of a likelihood. */
export function targetKind(name: LikelihoodName): TargetRule['kind'] {
  return forms[name].kind;
}

/** The likelihood of a task, made anew. */
export function likelihoodOf({ likelihood, classes, targets }: Task): Likelihood {
  return forms[likelihood].make({ classes: classes[0]?.length ?? 0, targets: targets.length });
}

/** The task of images of classes. */
export function imageTask(classes: readonly string[]): Task {
  return { likelihood: 'categorical', targets: ['class'], classes: [classes], outputs: classes.length };
}

/**
 * The task of a table.
 *
 * @param asked the likelihood that was asked for; by default the values of the targets decide.
 * @throws VardropError `VARDROP_TASK` for targets of several kinds, for several targets where the likelihood takes one, and for other
 * numbers of classes than it takes.
 */
export function tableTask({ targets }: Preprocessing, asked: LikelihoodName | undefined): Task {
  const names = targets.map(({ name }) => name);
  const [first] = targets;
  const other = targets.find(({ kind }) => kind !== first.kind);
  if (other) {
    refuse(
      `${first.name} (${kindWords[first.kind]}) and ${other.name} (${kindWords[other.kind]})`,
      'targets of one kind. Train a network for each, or say --likelihood',
    );
  }
  const classes = targets.flatMap((rule) => (rule.kind === 'category' ? [rule.categories] : []));
  const single = classes.findIndex((each) => each.length < 2);
  if (single >= 0) refuse(`${names[single]} with the one class '${classes[single][0]}'`, 'at least two classes');
  const likelihood = asked ?? inferred(first.kind, classes);
  const form = forms[likelihood];
  if (targets.length > 1 && !form.several)
    refuse(`${names.join(', ')} with the likelihood ${likelihood}`, 'one target. Train a network for each');
  const many = classes.findIndex((each) => each.length > 2);
  if (likelihood === 'binary' && many >= 0)
    refuse(
      `${names[many]} with ${classes[many].length} classes`,
      'two with the likelihood binary. Try --likelihood categorical',
    );
  const outputs = form.outputs({ classes: classes[0]?.length ?? 0, targets: targets.length });
  return { likelihood, targets: names, classes, outputs };
}

function inferred(kind: TargetRule['kind'], classes: readonly (readonly string[])[]): LikelihoodName {
  if (kind === 'counts') return 'poisson';
  if (kind === 'number') return 'gaussian';
  return classes.every((each) => each.length === 2) ? 'binary' : 'categorical';
}

const kindWords = { category: 'classes', number: 'numbers', counts: 'counts' } as const;

function refuse(got: string, needs: string): never {
  throw new VardropError('VARDROP_TASK', `[vardrop train] --target: got ${got}, needs ${needs}.`);
}

/** What was inferred, as a sentence. */
export function describeTask({ likelihood, targets, classes }: Task, asked: boolean): string {
  const what = targets.map((name, i) => {
    const names = classes[i];
    return `${name} is ${names ? `one of ${counted(names.length, 'class', 'classes')} (${listed(names)})` : forms[likelihood].says}`;
  });
  const why = asked ? 'as asked for' : 'by the values; --likelihood chooses another';
  return `${what.join(', ')}: likelihood ${likelihood}, ${why}.`;
}

const listed = (names: readonly string[]) =>
  names.length > 6 ? `${names.slice(0, 5).join(', ')}, … ${names.at(-1)}` : names.join(', ');
