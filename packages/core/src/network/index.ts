export { createNetwork, type NetworkOptions } from './createNetwork.js';
export { deserializeNetwork, type ReadNetworkOptions } from './deserializeNetwork.js';
export { type FitResult, fit } from './fit.js';
export type { Exporter, Network, NetworkNames, NetworkPredictOptions } from './network.js';
export { serializeNetwork } from './serializeNetwork.js';
