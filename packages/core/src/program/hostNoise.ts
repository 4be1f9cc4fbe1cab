import type { BoundProgram } from './program.js';
import { rewrite } from './rewrite.js';

/** One noise node that the host has to fill: the input that replaces it, and how to fill it. */
export interface HostNoise {
  readonly input: string;
  readonly key: string;
  readonly distribution: 'uniform' | 'normal';
  readonly shape: readonly number[];
}

/**
 * Replaces the noise nodes of a bound program by inputs of role `iteration` and lists how to fill them. For backends
 * that do not make noise themselves.
 */
export function hostNoise(program: BoundProgram): { program: BoundProgram; noises: readonly HostNoise[] } {
  const noises: HostNoise[] = [];
  const replaced = rewrite(program, (b, node) => {
    if (node.op !== 'noise') return undefined;
    const input = `noise:${node.key}`;
    noises.push({ input, key: node.key, distribution: node.distribution, shape: node.shape });
    return b.input(input, node.shape, 'iteration');
  });
  return { program: replaced, noises };
}
