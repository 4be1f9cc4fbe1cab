import { adam, conv2d, dense, flatten, sequential, sparseVariational } from '@vardrop/core';
import { trainingProgram } from '@vardrop/core/extend';
import { createBuilder } from '@vardrop/core/program';
import { describe, expect, it } from 'vitest';
import { createModel } from '../src/emit/createModel.js';
import { opsets } from '../src/export/emitModel.js';
import { describeOnnx, exportOnnx, exportProgram } from '../src/index.js';
import { createGraph } from '../src/model/graph.js';
import { encodeModel } from '../src/model/schema.js';
import { exportKindsOf } from './exportKindsOf.js';
import { examples } from './networks.js';
import { pythons } from './python.js';

/** Every kind of every network, and training steps; those with noise for each opset that they can be written for. */
const files = [
  ...examples.flatMap(({ name, model, parameters }) =>
    exportKindsOf(model).flatMap((options) =>
      (options.kind === 'sample' ? opsets : ([17] as const)).map((opset) => ({
        name: `${options.kind} of ${name}, opset ${opset}`,
        bytes: exportOnnx(model, parameters, { ...options, opset }),
      })),
    ),
  ),
  ...(['given', 'training'] as const).flatMap((keys) =>
    opsets.map((opset) => ({
      name: `training step with keys ${keys}, opset ${opset}`,
      bytes: exportProgram(trainingProgram(images(), adam()), { keys, opset }),
    })),
  ),
  { name: 'movements and rows', bytes: exportProgram(movements()) },
  ...[1, 2, 4].map((groups) => ({
    name: `convolutions of ${groups} groups`,
    bytes: exportProgram(convolutions(groups)),
  })),
];

/** Movements, rows by number and functions, for any number of rows. */
function movements() {
  const b = createBuilder('movements');
  const x = b.input('x', ['batch', 5, 4]);
  const [table, numbers] = [b.input('table', [3, 4]), b.input('numbers', ['batch', 5])];
  const rows = b.gather(table, numbers);
  b.output('sums', b.gatherGradient(numbers, x, table.shape));
  const few = b.input('few', [2]);
  b.output('fewSums', b.gatherGradient(few, b.input('own', [2]), [40]));
  b.output('fewRows', b.gather(b.input('longTable', [40]), few));
  const joined = b.concatenate([x, rows, b.concatenate([x], 0)], 1);
  b.output('joined', b.slice(joined, [undefined, { start: 12, end: 1, step: -3 }, { step: 2 }]));
  b.output('padded', b.pad(b.round(b.floor(x)), [undefined, { before: 1, interior: 2 }, { after: 3 }], 0.5));
  b.output('functions', b.add(b.cos(x), b.erf(x)));
  return b.build();
}

/** A dilated convolution of so many groups, and its gradients. */
function convolutions(groups: number) {
  const b = createBuilder('convolutions');
  const window = { strides: [2, 1], dilations: [1, 2], padding: [1, 0, 2, 2], groups } as const;
  const x = b.input('x', ['batch', 7, 6, 4]);
  const filter = b.input('filter', [3, 2, 4 / groups, 8]);
  const y = b.conv2d(x, filter, window);
  b.output('y', y);
  b.output('dx', b.conv2dInputGradient(filter, y, x.shape, window));
  b.output('dFilter', b.conv2dFilterGradient(x, y, filter.shape, window));
  return b.build();
}

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
