import { storeValues } from '../memory/stored.js';
import type { HostRunner, Runner } from './runner.js';

/** A runner whose values are on the host between runs. */
export function withHostValues(runner: HostRunner): Runner {
  return {
    inputs: runner.inputs,
    results: runner.results,
    async run(given) {
      const made = await runner.run(await Promise.all(given.map((stored) => stored.values())));
      return made.map(storeValues);
    },
    dispose: () => runner.dispose(),
  };
}
