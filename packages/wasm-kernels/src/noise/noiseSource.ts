import type { NoiseKey } from '@vardrop/core/backend';
import { elementCount, type NodeOf } from '@vardrop/core/program';

/** What a kernel of noise reads in place of operands. */
export interface NoiseSource {
  /** The name of its key. */
  readonly key: string;
  /**
   * The four uint32 words whose address the kernel takes: those of the key, then the upper and the lower word of the
   * first element's index in the key's stream.
   */
  words(key: NoiseKey): [number, number, number, number];
}

/** The source of a noise node. */
export function noiseSource({
  key,
  shape,
}: Pick<NodeOf<'noise'>, 'key'> & { readonly shape: readonly number[] }): NoiseSource {
  const perRow = elementCount(shape.slice(1));
  return {
    key,
    words({ words: [first, second], row = 0 }) {
      const index = row * perRow;
      return [first, second, Math.floor(index / 2 ** 32), index % 2 ** 32];
    },
  };
}
