import { checkBoolean } from '../../checkBoolean.js';
import { checkChoice } from '../../checkChoice.js';
import { checkOptionNames } from '../../checkOptionNames.js';
import type { WeightInitializer } from '../initializers.js';
import {
  checkLinearOptions,
  type LinearOptions,
  linearOptionsElsewhere,
  linearPartOptionNames,
} from '../linearPart.js';
import { checkPositive } from '../window.js';

/** Options that all recurrent layers share. */
export interface RecurrentOptions extends LinearOptions {
  /** Number of units of the state. */
  readonly units: number;
  /** The `last` state `[batch, units]` (the default), or the `sequence` of all states `[batch, steps, units]`. */
  readonly returns?: 'last' | 'sequence';
  /** Whether the steps are read from the last to the first. States stay at the place of their step. Default: false. */
  readonly reverse?: boolean;
  /** How the weights of the state start; `initializer` (default: `glorot`) is for those of the inputs. Default: `orthogonal`. */
  readonly recurrentInitializer?: WeightInitializer;
}

/** The names of these options, to which layers add their own. */
export const recurrentOptionNames = {
  ...linearPartOptionNames,
  units: true,
  returns: true,
  reverse: true,
  recurrentInitializer: true,
} as const satisfies Readonly<Record<keyof RecurrentOptions, true>>;

/** What other libraries call these options. */
const elsewhere = {
  ...linearOptionsElsewhere,
  hiddenSize: 'Write units.',
  returnSequences: "Write returns: 'sequence'.",
  goBackwards: 'Write reverse. States stay at the place of their step.',
  bidirectional: 'Write bidirectional({ layer }).',
  dropout: 'Write noise: bernoulli({ rate: … }).',
  recurrentDropout: 'Write noise: bernoulli({ rate: … }).',
  recurrentActivation: 'Leave it out: gates are sigmoids.',
  batchFirst: 'Leave it out: sequences are [batch, steps, features].',
  unroll: 'Leave it out: sequences are always unrolled.',
} as const;

/**
 * Throws `VARDROP_LAYER` for units that are not a positive integer and other `returns`, `VARDROP_OPTION` for options that are not
 * `known` and what `checkLinearOptions` refuses.
 */
export function checkRecurrentOptions<Options extends RecurrentOptions>(
  kind: string,
  options: Options,
  known: Readonly<Record<keyof Options & string, true>>,
): void {
  checkOptionNames(kind, options, known, elsewhere);
  const { units, returns = 'last', reverse = false } = options;
  checkPositive(kind, 'units', units);
  checkChoice('VARDROP_LAYER', `[${kind}] returns`, returns, ['last', 'sequence']);
  checkBoolean(`[${kind}] reverse`, reverse);
  checkLinearOptions(kind, options);
}
