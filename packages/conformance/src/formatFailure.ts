import type { Failure } from './failure.js';
import { formatReplay } from './replay.js';

/**
 * A failure in words: law, property, seed, path, what was wrong (program, shapes, index, got, wanted, bound), and how to
 * run it again.
 *
 * @param command what comes before `--replay`, such as `vardrop conformance --backend tfjs:wasm`
 */
export function formatFailure(law: string, failure: Failure, command: string): string {
  const { property, seed, path, message } = failure;
  return [
    `${law}/${property} (seed ${seed}${path === undefined ? '' : `, path ${path}`}): ${message.trimEnd()}`,
    `replay: ${command} --replay "${formatReplay(law, failure)}"`,
  ].join('\n');
}

/** Failures of one law that are shown; of a backend that is wrong in one place, most others follow from it. */
const shown = 3;

/** The first failures of a law in words, and how many more there are. */
export function formatFailures(law: string, failures: readonly Failure[], command: string): string {
  const more = failures.length - shown;
  return [
    ...failures.slice(0, shown).map((failure) => formatFailure(law, failure, command)),
    ...(more > 0 ? [`${law}: ${more} more ${more === 1 ? 'property fails' : 'properties fail'}, not shown.`] : []),
  ].join('\n\n');
}
