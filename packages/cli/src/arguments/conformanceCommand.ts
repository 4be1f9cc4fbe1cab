import { existsSync } from 'node:fs';
import type { Effort } from '@vardrop/conformance';
import { VardropError } from '@vardrop/core';
import type { Command } from 'commander';
import { isInstalled, isModulePath, otherBackends, readBackend } from '../backends/backendTarget.js';
import { backends } from '../choices.js';
import { decimal, invalidValue, oneOf, wholeNumber } from '../optionValues.js';
import { createCommand } from './createCommand.js';

/** Options of `vardrop conformance`. */
export interface ConformanceCommandOptions {
  /** Names of backends, paths of modules or packages: one to be tried, or (`across`) several to be compared. */
  readonly targets: readonly string[];
  readonly across: boolean;
  readonly effort: Effort;
  readonly seed?: number;
  /** Ids of the laws; all if absent. */
  readonly law?: readonly string[];
  /** `SEED:LAW/PROPERTY#PATH`. */
  readonly replay?: string;
  /** Time limit in seconds of a case, and of the factory. */
  readonly timeout: number;
  readonly json?: string;
  readonly verbose: boolean;
}

/** Ids of the laws, listed here so that the suite need not be loaded. */
export const lawIds = [
  'primitives',
  'programs',
  'sizes',
  'gradients',
  'layers',
  'likelihoods',
  'noise',
  'local-reparametrization',
  'gradient-variance',
  'kl',
  'sgvb',
  'special-cases',
  'optimizers',
  'training',
  'moments',
  'prediction',
  'lifetime',
  'handles',
  'reads',
  'limits',
  'refusals',
] as const;

const efforts = ['quick', 'normal', 'thorough'] as const;

/** The options of `vardrop conformance`; `take` gets them. */
export function conformanceCommand(take: (options: ConformanceCommandOptions) => void): Command {
  const { command, option, add, ...shared } = createCommand(
    'conformance',
    'Test a backend against the laws that every backend has to keep, or compare backends.',
  );
  command.argument('[module]', 'a module or package that exports a function which creates a backend, ./my-backend.js');
  add('--backend <name>', `which backend: ${backends.join(', ')}, ${otherBackends}`, readBackend(option('--backend')));
  add('--across <names>', 'compare these backends (modules, packages) with each other: A,B,…', (text) => {
    const names = text.split(',').map((name) => readBackend(option('--across'))(name.trim()));
    if (names.length > 1) return names;
    throw invalidValue(
      'VARDROP_INVALID_OPTION',
      option('--across'),
      text,
      'at least two backends, separated by commas',
      'Write for instance --across tfjs:wasm,tfjs:cpu',
    );
  });
  add(
    '--effort <effort>',
    `how many cases: ${efforts.join(', ')}`,
    oneOf(option('--effort'), efforts, 'VARDROP_INVALID_OPTION'),
    'quick',
  );
  command.option('--law <id...>', `only these laws: ${lawIds.join(', ')}`, (text: string, ids: string[] = []) => [
    ...ids,
    oneOf(option('--law'), lawIds, 'VARDROP_UNKNOWN_LAW')(text),
  ]);
  add('--seed <number>', 'decides every case', wholeNumber(option('--seed'), 0, 2 ** 32 - 1, 1));
  add('--replay <case>', 'run one case again, as a failure prints it: SEED:LAW/PROPERTY#PATH', (text) => {
    const law = /^\d+:([^/]*)\/./.exec(text)?.[1];
    if (law === undefined) {
      throw invalidValue(
        'VARDROP_REPLAY',
        option('--replay'),
        text,
        'SEED:LAW/PROPERTY or SEED:LAW/PROPERTY#PATH',
        'Copy it from the line that a failure prints',
      );
    }
    oneOf(option('--replay'), lawIds, 'VARDROP_UNKNOWN_LAW')(law);
    return text;
  });
  add(
    '--timeout <seconds>',
    'how long one case, or starting the backend, may take',
    decimal(option('--timeout'), (value) => value > 0 && value < 1e6, 'a number of seconds greater than 0', 60),
    60,
  );
  shared.addJson('the results');
  shared.addVerbose();
  return command.action((word: string | undefined, values) => {
    // A word alone is the name of a backend, a file or folder beside us (README.md, docs), or a package.
    const isName = (text: string) => backends.some((each) => each === text) || (!existsSync(text) && isInstalled(text));
    const named = word === undefined || isModulePath(word) || isName(word);
    const path = named ? word : `./${word}`;
    const { backend, across, ...others } = values as {
      readonly backend?: string;
      readonly across?: readonly string[];
      readonly effort: Effort;
      readonly timeout: number;
      readonly verbose?: boolean;
    };
    const given = [path, backend, across].filter((each) => each !== undefined);
    if (given.length !== 1) {
      throw new VardropError(
        'VARDROP_INVALID_OPTION',
        `[vardrop conformance] backend: got ${given.length === 0 ? 'none' : given.flat().join(' and ')}, needs one of --backend NAME, ./my-backend.js, --across A,B. See vardrop conformance --help.`,
      );
    }
    take({
      verbose: false,
      ...others,
      targets: across ?? [(path ?? backend) as string],
      across: across !== undefined,
    });
  });
}
