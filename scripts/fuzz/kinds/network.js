import {
  adam,
  createNetwork,
  dense,
  deserializeNetwork,
  fitPreprocessing,
  gaussian,
  initialState,
  sequential,
  tableFromRows,
  variationalDropout,
} from '@vardrop/core';
import { createReferenceBackend } from '@vardrop/core/reference';
import { mutateBytes } from '../mutateBytes.js';
import { mutateJson } from '../mutateJson.js';
import { withHeader } from '../withHeader.js';

const table = tableFromRows([
  { size: 3, city: 'Oslo', price: 10 },
  { size: null, city: 'Bergen', price: 12 },
  { size: 5, city: 'Oslo', price: 9 },
]);
const model = sequential({
  input: [4],
  noise: variationalDropout({ type: 'A', alpha: 'input' }),
  layers: [dense({ units: 3, activation: 'relu' }), dense({ units: 1 })],
  likelihood: gaussian({ variance: 0.5 }),
});
const backend = createReferenceBackend();
const preprocessing = fitPreprocessing(table, { targets: 'price' });
const { parameters } = initialState(model, adam(), 1);
const whole = createNetwork(model, { backend, parameters, preprocessing }).toBytes();

/** Network files: their bytes, the JSON of their header, or the JSON of the texts in it. */
export const network = {
  make(source) {
    switch (source.below(3)) {
      case 0:
        return mutateBytes(whole, source);
      case 1:
        return withHeader(whole, (header) => mutateJson(header, source));
      default:
        return withHeader(whole, ({ __metadata__: metadata, ...tensors }) => {
          const name = source.pick(['vardrop.model', 'vardrop.preprocessing']);
          const text = JSON.stringify(mutateJson(JSON.parse(metadata[name]), source));
          return { __metadata__: { ...metadata, [name]: text }, ...tensors };
        });
    }
  },
  /** Makes the network; throws, or returns what is wrong with having accepted it. */
  read(bytes) {
    const made = deserializeNetwork(bytes, { backend });
    const again = deserializeNetwork(made.toBytes(), { backend });
    return Buffer.from(again.toBytes()).equals(made.toBytes())
      ? undefined
      : 'it is another network after another round';
  },
};
