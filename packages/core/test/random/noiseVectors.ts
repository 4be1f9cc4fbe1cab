import { readFileSync } from 'node:fs';

interface Block {
  readonly key: readonly string[];
  readonly counter: readonly string[];
  readonly output: readonly string[];
}

interface Vector {
  readonly seed: number;
  readonly offset: number;
  readonly bits: readonly number[];
  readonly uniform: readonly number[];
  readonly normal: readonly number[];
}

/** What Random123 and JAX give for some keys. */
export const noiseVectors: {
  readonly threefry2x32: readonly Block[];
  readonly foldIn: readonly { readonly seed: number; readonly data: number; readonly key: readonly number[] }[];
  readonly vectors: readonly Vector[];
  readonly published: { readonly normal: readonly number[] };
} = JSON.parse(readFileSync(new URL('../../fixtures/jax_random.json', import.meta.url), 'utf8'));
