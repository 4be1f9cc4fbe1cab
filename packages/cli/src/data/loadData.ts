import { checkOptionNames } from '@vardrop/core/backend';
import { loadEmbeddedDigits } from './embeddedDigits.js';
import { loadIdx } from './idx.js';
import type { ImageDataset } from './imageDataset.js';

/**
 * Loads the data of a command.
 *
 * @param source `directory`: where IDX files are; without it, the embedded digits.
 * @returns a new data set, owned by the caller.
 * @throws VardropError as {@link loadIdx} and {@link loadEmbeddedDigits} do, `VARDROP_OPTION` for unknown options.
 */
export async function loadData(source: { readonly directory?: string } = {}): Promise<ImageDataset> {
  checkOptionNames('loadData', source, { directory: true });
  return source.directory === undefined ? loadEmbeddedDigits() : loadIdx(source.directory);
}
