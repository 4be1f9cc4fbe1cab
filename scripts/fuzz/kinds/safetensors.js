import { isDeepStrictEqual } from 'node:util';
import {
  adam,
  dense,
  describeModel,
  deserializeState,
  initialState,
  sequential,
  serializeState,
  variationalDropout,
} from '@vardrop/core';
import { networkOf } from '../../../packages/cli/dist/training/resumeState.js';
import { mutateBytes } from '../mutateBytes.js';
import { mutateJson } from '../mutateJson.js';
import { withHeader } from '../withHeader.js';

const model = sequential({
  input: [3],
  noise: variationalDropout({ type: 'A', alpha: 'input' }),
  layers: [dense({ units: 4, activation: 'relu' }), dense({ units: 2 })],
});
const state = initialState(model, adam(), 1);
const metadata = { noise: 'variational-a', alpha: 'input', digest: 'abc', model: JSON.stringify(describeModel(model)) };
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
    if (read.metadata.model !== undefined) networkOf('fuzz', 'file', read.metadata);
    return undefined;
  },
};
