import { expect, test } from 'vitest';
import {
  dense,
  evaluateClassification,
  evaluateRegression,
  fit,
  logAlphas,
  logUniformExact,
  mask,
  noNoise,
  predict,
  prune,
  resizeModel,
  sequential,
  sparseVariational,
  sparsity,
} from '../src/index.js';
import { createReferenceBackend } from '../src/reference/index.js';

const backend = createReferenceBackend();
const model = sequential({ input: [2], noise: sparseVariational(), layers: [dense({ units: 3 })] });
const inputs = Float32Array.of(0.1, -0.3, 0.7, 0.2, -0.9, 0.4);
const targets = [2, 0, 1];
const result = await fit(model, { backend, data: { inputs, targets }, epochs: 1, batch: 3 });
const prediction = await predict(model, { backend, parameters: result.state.parameters, inputs });

/** What a function throws, or what its promise is rejected with. */
async function thrownBy(run: () => unknown): Promise<Error> {
  try {
    await run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was taken');
}

test.each([
  ['predict', (parameters: never) => predict(model, { backend, parameters, inputs })],
  ['prune', (parameters: never) => prune(model, parameters)],
  ['mask', (parameters: never) => mask(model, parameters)],
  ['sparsity', (parameters: never) => sparsity(model, parameters)],
  ['logAlphas', (parameters: never) => logAlphas(model, parameters)],
  ['resizeModel', (parameters: never) => resizeModel(model, parameters)],
])('%s says which part of a result has the parameters', async (who, take) => {
  const whole = await thrownBy(() => take(result.state as never));
  expect(whole).toMatchObject({ code: 'VARDROP_STATE' });
  expect(whole.message).toMatch(new RegExp(`\\[${who}\\] parameters?: got a whole state`));
  expect(whole.message).toContain('Pass state.parameters.');
  const outer = await thrownBy(() => take(result as never));
  expect(outer.message).toContain('got the result of fit');
  expect(outer.message).toContain('Pass result.state.parameters.');
  expect((await thrownBy(() => take(undefined as never))).message).toContain(
    'got nothing, needs tensors by name. Pass',
  );
});

test('evaluation says what it got in place of a prediction', async () => {
  const given = (value: unknown) => thrownBy(() => evaluateClassification(value as never, targets));
  expect((await given(null)).message).toContain('got null, needs a classification');
  expect((await given(Promise.resolve(prediction))).message).toMatch(/got a promise.* Await it\.$/);
  expect((await given(Int32Array.of(1))).message).toContain('got an Int32Array of 4 bytes');
  const other = await thrownBy(() => evaluateRegression(prediction as never, targets));
  expect(other.message).toMatch(/got a classification, needs a regression.*evaluateClassification\.$/);
});

test('evaluation names itself where labels are wrong', async () => {
  const short = await thrownBy(() => evaluateClassification(prediction, [1]));
  expect(short.message).toMatch(/^\[evaluateClassification\] labels: got 1 values, needs 3/);
});

test('sequential says what it got in place of layers', async () => {
  const layers = dense({ units: 1 });
  const wrong = await thrownBy(() => sequential({ input: [2], layers: layers as never }));
  expect(wrong).toMatchObject({ code: 'VARDROP_MODEL' });
  expect(wrong.message).toMatch(/^\[sequential\] layers: got a layer of kind 'dense'.*Write layers: \[dense/);
});

test('a refused combination ends with a remedy', async () => {
  const layers = [dense({ units: 1, noise: noNoise(), divergence: logUniformExact() })];
  const wrong = await thrownBy(() => sequential({ input: [2], layers }));
  expect(wrong).toMatchObject({ code: 'VARDROP_COMBINATION' });
  expect(wrong.message).toMatch(/constant\. Change one of the two; docs\/combinations\.md/);
});

test('labels that are NaN are called missing, others wrongly numbered', async () => {
  const given = (label: number) =>
    thrownBy(() => fit(model, { backend, data: { inputs, targets: [0, label, 1] }, epochs: 1, batch: 3 }));
  expect((await given(Number.NaN)).message).toMatch(/the label NaN in row 1, .* Remove or fill in what is missing\.$/);
  expect((await given(3)).message).toMatch(/the label 3 in row 1, .* one unit per class\.$/);
});
