import { readSource } from '../files/readSource.js';
import type { Likelihood, TargetKind } from '../likelihoods/likelihood.js';
import { checkReadOptions, deserializeNetwork, type Network, type ReadNetworkOptions } from '../network/index.js';
import { networkFile } from '../safetensors/index.js';

/**
 * Reads a network that `saveNetwork` or `network.save` has written: from a file in Node, or from a `Blob` (a `File` that a user
 * chose in a page, a response's `blob()`) anywhere. Throws `VARDROP_NETWORK_MISSING` if there is no such file,
 * `VARDROP_NETWORK_UNREADABLE` if it cannot be read or is not a regular file, what `deserializeNetwork` throws for its contents
 * and options, and `VARDROP_NO_FILE_SYSTEM` for a path outside of Node.
 *
 * @param source a path, a URL with the scheme `file:`, or a blob
 */
export async function loadNetwork<Targets extends TargetKind>(
  source: string | URL | Blob,
  options: ReadNetworkOptions<Targets> & { readonly targets: Targets },
): Promise<Network<Likelihood<Targets>>>;
export async function loadNetwork(source: string | URL | Blob, options: ReadNetworkOptions): Promise<Network>;
export async function loadNetwork(source: string | URL | Blob, options: ReadNetworkOptions): Promise<Network> {
  checkReadOptions('loadNetwork', options);
  return readSource(networkFile, source, (bytes) => deserializeNetwork(bytes, options));
}
