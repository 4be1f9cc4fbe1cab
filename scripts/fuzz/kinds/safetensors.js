import { isDeepStrictEqual } from 'node:util';
import {
  adam,
  dense,
  deserializeState,
  initialState,
  sequential,
  serializeState,
  variationalDropout,
} from '@vardrop/core';
import { networkOptions } from '../../../packages/cli/dist/training/resumeState.js';
import { mutateBytes } from '../mutateBytes.js';
import { mutateJson } from '../mutateJson.js';

const model = sequential({
  input: [3],
  noise: variationalDropout({ type: 'A', alpha: 'input' }),
  layers: [dense({ units: 4, activation: 'relu' }), dense({ units: 2 })],
});
const state = initialState(model, adam(), 1);
const metadata = { noise: 'variational-a', alpha: 'input', layers: '4', batch: '10', digest: 'abc', data: 'digits' };
const whole = serializeState({ ...state, step: 12 }, metadata);

/** Checkpoints: their bytes, or the JSON of their header. */
export const safetensors = {
  make: (source) =>
    source.below(2) === 0 ? mutateBytes(whole, source) : withHeader(whole, (header) => mutateJson(header, source)),
  /** Reads an input; throws, or returns what is wrong with having accepted it. */
  read(bytes) {
    const read = deserializeState(bytes);
    const again = deserializeState(serializeState(read.state, read.metadata));
    if (!isDeepStrictEqual(again, read)) return 'it differs from what is written of it';
    if (read.metadata.layers !== undefined) networkOptions('file', read.metadata);
    return undefined;
  },
};

function withHeader(bytes, change) {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const text = new TextEncoder().encode(JSON.stringify(change(header)));
  const result = new Uint8Array(8 + text.length + bytes.length - 8 - length);
  new DataView(result.buffer).setBigUint64(0, BigInt(text.length), true);
  result.set(text, 8);
  result.set(bytes.subarray(8 + length), 8 + text.length);
  return result;
}
