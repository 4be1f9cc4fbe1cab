import type { Failure } from './law.js';
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
