import { VardropError } from '@vardrop/core';
import type { Failure } from './failure.js';
import type { Replay } from './law.js';

/** A case of a law, to run again. */
export interface CaseOfLaw {
  readonly law: string;
  readonly seed: number;
  readonly replay: Replay;
}

/** The argument of `--replay`: `SEED:LAW/PROPERTY`, with `#PATH` if the property has generated cases. */
export function formatReplay(
  law: string,
  { seed, property, path }: Pick<Failure, 'seed' | 'property' | 'path'>,
): string {
  return `${seed}:${law}/${property}${path === undefined ? '' : `#${path}`}`;
}

/** Parses the text that `formatReplay` writes. Throws `VARDROP_REPLAY` for anything else. */
export function parseReplay(text: string): CaseOfLaw {
  const match = /^(-?\d+):([a-z-]+)\/([^#]+)(?:#([\d:]+))?$/.exec(text);
  if (!match) {
    throw new VardropError(
      'VARDROP_REPLAY',
      `[conformance] replay: got "${text}", needs SEED:LAW/PROPERTY or SEED:LAW/PROPERTY#PATH. Copy it from the line that a failure prints.`,
    );
  }
  const [, seed, law, property, path] = match;
  return { law, seed: Number(seed), replay: { property, ...(path === undefined ? {} : { path }) } };
}
