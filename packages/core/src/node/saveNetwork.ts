import { checkObject } from '../checkObject.js';
import type { Network } from '../network/index.js';

/**
 * Writes a network to a file, in Node; the same as `network.save(path)`. A file that exists is replaced as a whole, and stays as
 * it is if anything fails. Throws `VARDROP_OPTION` for what is not a network, and what `Network.save` throws.
 *
 * @param path a path, or a URL with the scheme `file:`
 */
export async function saveNetwork(path: string | URL, network: Pick<Network, 'save'>): Promise<void> {
  checkObject('VARDROP_OPTION', '[saveNetwork] network', network, 'save', 'createNetwork()');
  await network.save(path);
}
