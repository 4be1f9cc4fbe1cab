import { describeModel } from '../description/index.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { encodeSafetensors, networkFile, prefixed } from '../safetensors/index.js';
import { version } from '../version.js';
import type { Network, NetworkKnowledge } from './network.js';
import { networkFormat, networkMetadata } from './networkMetadata.js';

/**
 * A network as the bytes of a safetensors file, which Python's `safetensors` reads too. Tensors have their full names, such as
 * `dense1/weights`, and those of a posterior `posterior/…`. The metadata say all else: the model (`vardrop.model`, what `describeModel` gives), the preprocessing, names of classes
 * and columns, and versions of the form and of this library. `deserializeNetwork` makes the network again. Equal networks give equal bytes.
 *
 * Throws `VARDROP_OPTION` for what is not a network, and `VARDROP_DESCRIPTION` for a model with parts that do not say how they
 * are made.
 */
export function serializeNetwork(
  network: Pick<Network, 'model' | 'parameters' | 'posterior' | 'calibration' | 'trainedOn' | keyof NetworkKnowledge>,
): Uint8Array<ArrayBuffer> {
  if (typeof network !== 'object' || network === null || !('parameters' in network && 'model' in network)) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[network] network: got ${formatValue(network)}, needs a network, as fit and createNetwork give it. Pass result.network.`,
    );
  }
  const { model, parameters, posterior, calibration, trainedOn, preprocessing, classes, columns } = network;
  const known = {
    ...(preprocessing ? { preprocessing } : { classes, columns }),
    calibration,
    trainedOn,
    posterior: posterior && { kind: posterior.kind, settings: posterior.settings },
  };
  const tensors = { ...parameters, ...prefixed('posterior/', posterior?.tensors ?? {}) };
  const names = networkMetadata;
  return encodeSafetensors(networkFile, tensors, {
    [names.format]: String(networkFormat),
    [names.library]: '@vardrop/core',
    [names.version]: version,
    [names.model]: JSON.stringify(describeModel(model)),
    ...Object.fromEntries(
      Object.entries(known).flatMap(([name, value]) =>
        value === undefined ? [] : [[names[name as keyof typeof known], JSON.stringify(value)]],
      ),
    ),
  });
}
