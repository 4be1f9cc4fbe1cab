import type { Likelihoods } from '../likelihoods/likelihood.js';
import { version } from '../version.js';
import { networkOf } from './createNetwork.js';
import type { Network } from './network.js';

/** The same network with other parts, and with all that it knows of its data. */
export function changed<Given extends Likelihoods>(
  network: Network<Given>,
  parts: Partial<Pick<Network<Given>, 'model' | 'parameters' | 'posterior' | 'calibration' | 'trainedOn'>>,
): Network<Given> {
  const { model, preprocessing, classes, columns, ...others } = { ...network, ...parts };
  const { backend, parameters, posterior, calibration, trainedOn } = others;
  const knowledge = preprocessing ? { preprocessing } : { classes, columns };
  return networkOf(model, { backend, parameters, posterior, calibration, trainedOn, ...knowledge }, version);
}
