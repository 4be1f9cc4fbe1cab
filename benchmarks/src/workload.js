import { createBuilder, gradients, simplify } from '@vardrop/core';

/**
 * Workload W: one training step of a classifier 784-500-500-500-10 with biases, ReLU and softmax on 1000 images of
 * 60000, by Adam. With noise, every weight has a mean θ and a log σ² (sparse variational dropout, additive), sampled by
 * local reparametrization, with the sigmoid approximation of the KL divergence (Molchanov, Ashukha & Vetrov 2017).
 */
export const widths = [784, 500, 500, 500, 10];
export const batch = 1000;
const trainingSize = 60000;
/** k₁, k₂, k₃ of Molchanov, Ashukha & Vetrov 2017, eq. 14. */
const [k1, k2, k3] = [0.63576, 1.8732, 1.48695];

/** Matrix products of W as `[m, k, n, how many]`: the moments share their shapes, so noise doubles each count. */
export function contractions(noise) {
  const moments = noise ? 2 : 1;
  return widths.slice(1).flatMap((out, layer) => {
    const into = widths[layer];
    return [
      [batch, into, out, moments],
      [into, batch, out, moments],
      ...(layer > 0 ? [[batch, out, into, moments]] : []),
    ];
  });
}

/** Names and shapes of what the step trains. */
export function parameterShapes(noise) {
  /** @type {Record<string, number[]>} */
  const shapes = {};
  for (let layer = 0; layer + 1 < widths.length; layer++) {
    const shape = [widths[layer], widths[layer + 1]];
    shapes[`theta${layer}`] = shape;
    if (noise) shapes[`logVariance${layer}`] = shape;
    shapes[`bias${layer}`] = [widths[layer + 1]];
  }
  return shapes;
}

/**
 * The step as a program. Iteration inputs: `x` `[batch, 784]`, `y` one-hot `[batch, 10]`, `noise0…3` `[batch, out]`, and
 * `rate` `[]`, Adam's step size with its bias corrections. Carried: the parameters and their two moments. Output `loss`,
 * nats a datapoint.
 *
 * @param {boolean} noise
 */
export function trainingStep(noise) {
  const b = createBuilder(noise ? 'W' : 'W deterministic');
  const x = b.input('x', [batch, widths[0]], 'iteration');
  const y = b.input('y', [batch, widths[widths.length - 1]], 'iteration');
  const rate = b.input('rate', [], 'iteration');
  const shapes = parameterShapes(noise);
  const parameters = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, b.input(name, shape, 'carried')]),
  );
  let activation = x;
  let divergence = b.constant(0);
  for (let layer = 0; layer + 1 < widths.length; layer++) {
    b.scope(`dense${layer}`, () => {
      const theta = parameters[`theta${layer}`];
      let unit = b.add(b.matmul(activation, theta), parameters[`bias${layer}`]);
      if (noise) {
        const logVariance = parameters[`logVariance${layer}`];
        const variance = b.exp(logVariance);
        const delta = b.matmul(b.square(activation), variance);
        const epsilon = b.input(`noise${layer}`, [batch, widths[layer + 1]], 'iteration');
        unit = b.add(unit, b.mul(b.sqrt(delta), epsilon));
        // log(1 + 1/α) = log(σ² + θ²) − log σ², and log α = log σ² − log θ².
        const square = b.square(theta);
        const logAlpha = b.sub(logVariance, b.log(b.max(square, 1e-30)));
        const excess = b.sub(b.log(b.add(variance, square)), logVariance);
        const negative = b.sub(b.mul(b.sigmoid(b.add(b.mul(logAlpha, k3), k2)), k1), b.add(b.mul(excess, 0.5), k1));
        divergence = b.sub(divergence, b.reduceSum(negative));
      }
      activation = layer + 2 < widths.length ? b.max(unit, 0) : unit;
    });
  }
  const shifted = b.sub(activation, b.stopGradient(b.reduceMax(activation, [1], true)));
  const logNormalizer = b.log(b.reduceSum(b.exp(shifted), [1], true));
  const logLikelihood = b.reduceSum(b.mul(y, b.sub(shifted, logNormalizer)));
  const loss = b.add(b.mul(logLikelihood, -1 / batch), b.mul(divergence, 1 / trainingSize));
  const names = Object.keys(parameters);
  const slopes = gradients(
    b,
    loss,
    names.map((name) => parameters[name]),
  );
  names.forEach((name, i) => {
    b.scope('adam', () => {
      const first = b.input(`${name}/first`, shapes[name], 'carried');
      const second = b.input(`${name}/second`, shapes[name], 'carried');
      const nextFirst = b.add(b.mul(first, 0.9), b.mul(slopes[i], 0.1));
      const nextSecond = b.add(b.mul(second, 0.999), b.mul(b.square(slopes[i]), 0.001));
      b.output(`${name}/first`, nextFirst);
      b.output(`${name}/second`, nextSecond);
      b.output(name, b.sub(parameters[name], b.div(b.mul(rate, nextFirst), b.add(b.sqrt(nextSecond), 1e-8))));
    });
  });
  b.output('loss', loss);
  return simplify(b.build());
}

/** Adam's step size at step 1, 2, … with its bias corrections (Kingma & Ba 2015, section 2). */
export const adamRate = (step) => (0.001 * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);

/** A reproducible stream of numbers in [0, 1): good enough to fill a benchmark's data. */
export function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Images (a fifth of the pixels lit), one-hot labels and initial values of W, the same for every variant. */
export function createData(noise) {
  const random = createRandom(7);
  const x = Float32Array.from({ length: batch * widths[0] }, () => (random() < 0.2 ? random() : 0));
  const classes = widths[widths.length - 1];
  const y = new Float32Array(batch * classes);
  for (let row = 0; row < batch; row++) y[row * classes + Math.floor(random() * classes)] = 1;
  const carried = Object.fromEntries(
    Object.entries(parameterShapes(noise)).flatMap(([name, shape]) => {
      const size = shape.reduce((product, n) => product * n, 1);
      const scale = Math.sqrt(6 / shape[0]);
      const values = new Float32Array(size);
      if (name.startsWith('theta')) for (let i = 0; i < size; i++) values[i] = (2 * random() - 1) * scale;
      if (name.startsWith('logVariance')) values.fill(-8);
      return [
        [name, { values, shape }],
        [`${name}/first`, { values: new Float32Array(size), shape }],
        [`${name}/second`, { values: new Float32Array(size), shape }],
      ];
    }),
  );
  return { x, y, carried };
}
