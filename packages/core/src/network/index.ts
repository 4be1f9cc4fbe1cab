export type { NetworkCalibrationOptions } from './calibrationRows.js';
export { type ConformalOptions, conformal } from './conformal.js';
export { createNetwork, type NetworkOptions } from './createNetwork.js';
export { checkReadOptions, deserializeNetwork, type ReadNetworkOptions } from './deserializeNetwork.js';
export { ensemble } from './ensemble.js';
export { type FitOptions, type FitResult, fit } from './fit.js';
export { isotonic } from './isotonic.js';
export { type LastLayerLaplaceOptions, lastLayerLaplace } from './lastLayerLaplace.js';
export type {
  Exporter,
  Network,
  NetworkEvaluateOptions,
  NetworkKnowledge,
  NetworkPredictOptions,
} from './network.js';
export type { Row, TableOrRows } from './rows.js';
export { type SelectiveOptions, selective } from './selective.js';
export { serializeNetwork } from './serializeNetwork.js';
export { type SwagCollector, type SwagOptions, swag } from './swag.js';
export { type TemperatureScalingOptions, temperatureScaling } from './temperatureScaling.js';
