import {
  adam,
  categorical,
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
const ofNumbers = createNetwork(model, {
  ...{ backend, parameters, preprocessing, trainedOn: { rows: 3, least: [7, 2 ** 31] } },
  calibration: [
    { kind: 'conformal', score: 'quantile', coverage: 0.5, limits: [0.25], rows: 3 },
    { kind: 'selective', measure: 'variance', coverage: 0.5, threshold: 1.5, rows: 3 },
  ],
}).toBytes();
const classifier = sequential({ input: [1], layers: [dense({ units: 2 })], likelihood: categorical() });
const ofLabels = createNetwork(classifier, {
  ...{ backend, parameters: initialState(classifier, adam(), 1).parameters, classes: ['no', 'yes'] },
  calibration: [
    { kind: 'isotonic', maps: [{ x: [0.125, 0.5], y: [0, 0.75] }], rows: 4 },
    {
      kind: 'conformal',
      score: 'raps',
      coverage: 0.5,
      limits: [0.5, 1.25],
      rows: 4,
      penalty: 0.5,
      rank: 1,
      randomized: true,
    },
  ],
}).toBytes();

/** Network files: their bytes, the JSON of their header, or the JSON of the texts in it. */
export const network = {
  make(source) {
    const whole = source.pick([ofNumbers, ofLabels]);
    switch (source.below(3)) {
      case 0:
        return mutateBytes(whole, source);
      case 1:
        return withHeader(whole, (header) => mutateJson(header, source));
      default:
        return withHeader(whole, ({ __metadata__: metadata, ...tensors }) => {
          // Version and library are not JSON.
          const name = source.pick(
            Object.keys(metadata).filter(
              (each) => !['vardrop.network', 'vardrop.library', 'vardrop.version'].includes(each),
            ),
          );
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
