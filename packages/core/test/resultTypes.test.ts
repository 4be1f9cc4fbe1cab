import { expect, it } from 'vitest';
import {
  adam,
  deserializeState,
  fit,
  gaussian,
  initialState,
  logAlphas,
  predict,
  serializeState,
} from '../src/index.js';
import * as random from '../src/random/index.js';
import { createReferenceBackend } from '../src/reference/index.js';
import { blobs, smallModel } from './training/helpers.js';
import { withLikelihood } from './withLikelihood.js';

it('results lie in memory of their own, as compilers from TypeScript 5.7 on have to be told for a Blob', async () => {
  const model = smallModel();
  const backend = createReferenceBackend();
  const { state } = await fit(model, { backend, data: blobs(), epochs: 1 });
  const inputs = Float32Array.of(1, 2);
  const classes = await predict(model, { backend, parameters: state.parameters, inputs });
  const regression = withLikelihood(model, gaussian());
  const { parameters } = initialState(regression, adam(), 0);
  const values = await predict(regression, { backend, parameters, inputs });
  const [weights] = Object.values(logAlphas(model, state.parameters));
  // A compiler refuses parts that may lie in shared memory.
  const blob = new Blob([
    serializeState(state),
    ...Object.values(deserializeState(serializeState(state)).state.parameters).map(({ data }) => data),
    state.parameters['dense1/weights'].data,
    initialState(model, adam(), 0).parameters['dense1/weights'].data,
    ...[classes.probabilities, classes.labels, classes.entropy, classes.mutualInformation],
    ...[values.mean, values.epistemicVariance, values.aleatoricVariance],
    random.normal(random.key(0), 3),
    await backend.read(backend.upload(inputs, [2])),
    weights.values,
  ]);
  expect(blob.size).toBeGreaterThan(0);
});

it('parameters from shared memory are copied, since others may write to it', async () => {
  const model = smallModel();
  const backend = createReferenceBackend();
  const { parameters } = initialState(model, adam(), 0);
  const shared = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, data }]) => {
      const copy = new Float32Array(new SharedArrayBuffer(data.byteLength));
      copy.set(data);
      return [name, { shape, data: copy }];
    }),
  );
  const inputs = Float32Array.of(1, 2);
  expect(await predict(model, { backend, parameters: shared, inputs })).toEqual(
    await predict(model, { backend, parameters, inputs }),
  );
});
