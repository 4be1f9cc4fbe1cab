import { adam, categorical, conv2d, dense, flatten, sequential, sparseVariational } from '@vardrop/core';
import { trainingProgram } from '@vardrop/core/extend';
import { describe, expect, it } from 'vitest';
import { createModel } from '../src/emit/createModel.js';
import { opsets } from '../src/export/emitModel.js';
import { describeOnnx, exportKinds, exportOnnx, exportProgram } from '../src/index.js';
import { createGraph } from '../src/model/graph.js';
import { encodeModel } from '../src/model/schema.js';
import { examples } from './networks.js';
import { pythons } from './python.js';

/** Every kind of every network, and training steps; those with noise for each opset that they can be written for. */
const files = [
  ...examples.flatMap(({ name, model, likelihood, parameters }) =>
    exportKinds.flatMap((kind) =>
      (kind === 'sample' ? opsets : ([17] as const)).map((opset) => ({
        name: `${kind} of ${name}, opset ${opset}`,
        bytes: exportOnnx(model, parameters, { kind, likelihood, opset }),
      })),
    ),
  ),
  ...(['given', 'training'] as const).flatMap((keys) =>
    opsets.map((opset) => ({
      name: `training step with keys ${keys}, opset ${opset}`,
      bytes: exportProgram(trainingProgram(images(), categorical(), adam()), { keys, opset }),
    })),
  ),
];

function images() {
  return sequential({
    input: [6, 6, 1],
    noise: sparseVariational(),
    layers: [conv2d({ filters: 2, size: 3, activation: 'relu' }), flatten(), dense({ units: 3 })],
  });
}

it('a Python with the package onnx is there where every test has to run', () => {
  expect(pythons.length > 0 || !process.env.CI).toBe(true);
});

describe.each(pythons)('onnx.checker $version', ({ opset, check }) => {
  it('accepts every file for an opset that it knows, and refuses a wrong one', () => {
    const graph = createGraph(18);
    graph.output(graph.node('NoSuchOperator', [graph.input('x', [1])], 'y'), [1]);
    const known = files.filter(({ bytes }) => describeOnnx(bytes).opset <= opset);
    expect(known.length).toBeGreaterThan(0);
    const [wrong, ...verdicts] = check([encodeModel(createModel('wrong', graph)), ...known.map(({ bytes }) => bytes)]);
    expect(wrong).not.toBe('');
    expect(known.map(({ name }, i) => `${name}: ${verdicts[i]}`)).toEqual(known.map(({ name }) => `${name}: `));
  });
});
