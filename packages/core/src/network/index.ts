export { createNetwork, type NetworkOptions } from './createNetwork.js';
export { checkReadOptions, deserializeNetwork, type ReadNetworkOptions } from './deserializeNetwork.js';
export { ensemble } from './ensemble.js';
export { type FitOptions, type FitResult, fit } from './fit.js';
export { type LastLayerLaplaceOptions, lastLayerLaplace } from './lastLayerLaplace.js';
export type { Exporter, Network, NetworkEvaluateOptions, NetworkKnowledge, NetworkPredictOptions } from './network.js';
export type { Row, TableOrRows } from './rows.js';
export { serializeNetwork } from './serializeNetwork.js';
export { type SwagCollector, type SwagOptions, swag } from './swag.js';
