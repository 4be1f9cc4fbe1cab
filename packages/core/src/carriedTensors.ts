import type { Model } from './layers/model/model.js';

/** What a model carries beside its parameters, for `readTensors`, with what to do where it is missing. */
export function carriedTensors({ carried }: Pick<Model, 'carried'>) {
  return carried.map(({ name, shape, initialize }) => ({
    ...{ name, shape, initialize },
    remedy: 'The model has running statistics: pass { ...state.parameters, ...state.carried }.',
  }));
}
