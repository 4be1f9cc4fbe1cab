import {
  activation,
  add,
  batchNorm,
  conv2d,
  cropping1d,
  dense,
  embedding,
  flatten,
  gaussian,
  gaussianPrior,
  globalAveragePooling2d,
  gru,
  input,
  type Layer,
  layerNorm,
  lstm,
  type Model,
  meanField,
  model,
  multiHeadAttention,
  positionEmbedding,
  sequential,
  variationalDropout,
} from '@vardrop/core';

const noise = variationalDropout({ type: 'A', alpha: 'input', rate: 0.1 });

/** Rows of an image as a sequence, as in examples/sequence.js. */
function sequenceOf(layer: (options: { readonly units: number }) => Layer): Model {
  return sequential({ input: [5, 4], noise, layers: [layer({ units: 3 }), dense({ units: 4 })] });
}

/** As in examples/residual.js. */
function residualNetwork(): Model {
  const relu = activation('relu');
  const convolution = () => conv2d({ filters: 3, size: 3, padding: 'same', bias: false });
  const image = input({ shape: [6, 5, 2] });
  const x = relu(batchNorm()(convolution()(image)));
  const inner = relu(batchNorm()(convolution()(x)));
  const sum = relu(add()(x, batchNorm()(convolution()(inner))));
  return model({ inputs: image, outputs: dense({ units: 4 })(globalAveragePooling2d()(sum)), noise });
}

/**
 * As in examples/text.js, with one half of a block: running bounds on errors grow with each normalization and each attention, and
 * would say nothing behind both halves.
 */
function textNetwork(half: 'attention' | 'hidden'): Model {
  const [steps, units] = [3, 4];
  const letters = input({ shape: [steps], kind: 'integers' });
  const x = positionEmbedding({ length: steps })(embedding({ rows: 9, units })(letters));
  const normalized = layerNorm()(x);
  const change =
    half === 'attention'
      ? multiHeadAttention({ heads: 2, causal: true })(normalized)
      : dense({ units })(dense({ units: 5, activation: 'relu' })(normalized));
  const last = flatten()(cropping1d({ cropping: [steps - 1, 0] })(add()(x, change)));
  return model({ inputs: letters, outputs: dense({ units: 4 })(last), noise });
}

/** As in examples/forecast.js. */
function forecastNetwork(): Model {
  return sequential({
    input: [6, 3],
    noise: meanField({ logVariance: -8 }),
    divergence: gaussianPrior({ sigma: 0.3 }),
    layers: [gru({ units: 4 }), dense({ units: 3 })],
    likelihood: gaussian({ logVariance: -1 }),
  });
}

/** The networks of the examples in small. */
export const tasks = [
  { name: 'the rows of an image read by a GRU', of: sequenceOf(gru) },
  { name: 'the rows of an image read by an LSTM', of: sequenceOf(lstm) },
  { name: 'residual blocks with batch normalization', of: residualNetwork() },
  { name: 'causal attention to letters', of: textNetwork('attention') },
  { name: 'a hidden layer for each letter', of: textNetwork('hidden') },
  { name: 'a forecast by weight noise', of: forecastNetwork() },
] as const;
