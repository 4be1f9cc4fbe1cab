import { describeOnnx, exportKinds, exportOnnx } from '@vardrop/adapter-onnx';
import { adam, dense, initialState, sequential, variationalDropout } from '@vardrop/core';
import { mutateBytes } from '../mutateBytes.js';

const model = sequential({
  input: [3],
  noise: variationalDropout({ type: 'B', alpha: 'output' }),
  layers: [dense({ units: 4, activation: 'relu' }), dense({ units: 2 })],
});
const { parameters } = initialState(model, adam(), 1);
const files = exportKinds.map((kind) => exportOnnx(model, parameters, { kind }));

/** Exported networks. */
export const onnx = {
  make: (source) => mutateBytes(source.pick(files), source),
  read(bytes) {
    const { kind, opset, inputs, outputs, parameters: stored, model: described } = describeOnnx(bytes);
    const values = [...inputs, ...outputs, ...stored];
    const named = values.every(({ name, type, shape }) => name && type && shape.every((axis) => axis || axis === 0));
    if (!named || !Number.isSafeInteger(opset)) return 'a value without a name, a type or a shape';
    if (outputs.length === 0) return 'no outputs';
    return kind === 'program' || Array.isArray(described?.layers) ? undefined : 'no description of the network';
  },
};
