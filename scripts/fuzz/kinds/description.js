import { isDeepStrictEqual } from 'node:util';
import {
  add,
  concatenate,
  conv2d,
  dense,
  describeModel,
  flatten,
  gaussianPrior,
  input,
  meanField,
  model,
  modelFrom,
  separateSamples,
  variationalDropout,
} from '@vardrop/core';
import { mutateJson } from '../mutateJson.js';

const image = input({ shape: [5, 4, 2], name: 'image' });
const columns = input({ shape: [3], name: 'columns' });
const filters = conv2d({ filters: 2, size: 3, padding: 'same', initializer: { kind: 'normal', deviation: 0.1 } });
const both = concatenate()(flatten()(add()(image, filters(filters(image)))), columns);
const described = describeModel(
  model({
    inputs: [image, columns],
    outputs: {
      mean: dense({ units: 2, noise: meanField(), divergence: gaussianPrior({ sigma: 2 }), name: 'last' })(both),
      rate: dense({ units: 1, divergence: null })(both),
    },
    noise: variationalDropout({ type: 'A', alpha: 'input' }),
    estimator: separateSamples(),
  }),
);

/** Descriptions of models. */
export const description = {
  make: (source) => JSON.parse(JSON.stringify(mutateJson(described, source))),
  /** Makes the model; throws, or returns what is wrong with having accepted it. */
  read(changed) {
    const made = modelFrom(changed);
    const again = describeModel(made);
    if (!isDeepStrictEqual(describeModel(modelFrom(again)), again)) return 'it is another model after another round';
    const names = ({ layers, calls }) => [layers, calls].map((list) => list.map(({ name }) => name).sort());
    return isDeepStrictEqual(names(again), names(changed)) ? undefined : 'it has other names';
  },
};
