import type { Failure } from './failure.js';
import { formatReplay } from './replay.js';

/**
 * A failure as text: law, property, seed, path, what was wrong (program, shapes, index, got, wanted, bound), and the
 * command that runs it again.
 *
 * @param command the text before `--replay`, such as `vardrop conformance --backend tfjs:wasm`
 */
export function formatFailure(law: string, failure: Failure, command: string): string {
  const { property, seed, path, message } = failure;
  return [
    `${law}/${property} (seed ${seed}${path === undefined ? '' : `, path ${path}`}): ${message.trimEnd()}`,
    `replay: ${command} --replay "${formatReplay(law, failure)}"`,
  ].join('\n');
}

/** How many failures of one law are shown. One error in a backend usually causes many failures. */
const shown = 3;

/** The first failures of a law as text, and the number of the others. */
export function formatFailures(law: string, failures: readonly Failure[], command: string): string {
  const more = failures.length - shown;
  return [
    ...failures.slice(0, shown).map((failure) => formatFailure(law, failure, command)),
    ...(more > 0 ? [`${law}: ${more} more ${more === 1 ? 'property fails' : 'properties fail'}, not shown.`] : []),
  ].join('\n\n');
}
