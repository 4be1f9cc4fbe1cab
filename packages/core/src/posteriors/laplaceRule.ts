import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model/model.js';
import type { Moments } from '../layers/moments.js';
import type { Builder, Value } from '../program/builder.js';
import type { PosteriorDraw, PosteriorRule, Settings } from './rule.js';

/**
 * The Gaussian of the weights and the bias of the layer `layer`, around the network's own. As one matrix W `[D, C]` its rows are those
 * of the weights, and the bias where there is one. By `covariance`:
 *
 * - `full`: `W + L z` with `factor` L `[blocks, n, n]`. One block holds all of W, row by row; C blocks hold a column each.
 * - `kronecker`: `W + Q_A (deviation ∘ Z) Q_Bᵀ` with `left` Q_A `[D, D]`, `right` Q_B `[C, C]` and `deviation` `[D, C]`.
 * - `diagonal`: `W + deviation ∘ Z`.
 */
export const laplaceRule: PosteriorRule = {
  tensors(model, settings) {
    const { rows, columns } = matrixOf(model, settings);
    const deviation = { name: 'deviation', shape: [rows, columns] };
    switch (settings.covariance) {
      case 'full': {
        const blocks = settings.blocks === columns ? columns : 1;
        const size = (rows * columns) / blocks;
        return [{ name: 'factor', shape: [blocks, size, size] }];
      }
      case 'kronecker':
        return [{ name: 'left', shape: [rows, rows] }, { name: 'right', shape: [columns, columns] }, deviation];
      case 'diagonal':
        return [deviation];
      default:
        throw new VardropError(
          'VARDROP_POSTERIOR',
          `[posterior] laplace.covariance: got ${formatValue(settings.covariance)}, needs full, kronecker or diagonal. Make the posterior anew.`,
        );
    }
  },
  draw(b, draw) {
    const { values, settings } = draw;
    const [weights, bias] = [`${settings.layer}/weights`, `${settings.layer}/bias`];
    const [inputs, columns] = values[weights].shape as readonly number[];
    const rows = bias in values ? inputs + 1 : inputs;
    const moved = deviationOf(b, draw, rows, columns);
    return {
      [weights]: b.add(values[weights], b.slice(moved, [{ start: 0, end: inputs }])),
      ...(rows > inputs && {
        [bias]: b.add(values[bias], b.reshape(b.slice(moved, [{ start: inputs, end: rows }]), [columns])),
      }),
    };
  },
  centred: true,
  spread: { layer: ({ layer }) => `${layer}`, variance: varianceOfOutputs },
};

/**
 * `f̃ᵀ Σ_c f̃ + Σ_i v_i Σ_c,ii` of each output c, where f̃ are the inputs' means with a 1 for the bias, v their variances, and Σ_c the covariance
 * of the weights of c.
 */
function varianceOfOutputs(
  b: Builder,
  { settings, tensors }: Pick<PosteriorDraw, 'settings' | 'tensors'>,
  { mean, variance }: Moments,
  bias: boolean,
): Value {
  const withLast = (x: Value, last: number) =>
    bias ? b.concatenate([x, b.broadcast(b.constant(last), ['batch', 1])], 1) : x;
  const features = withLast(mean, 1);
  const spread = variance && withLast(variance, 0);
  const power = spread ? b.add(b.square(features), spread) : b.square(features);
  switch (settings.covariance) {
    case 'full': {
      const factor = factorOfOutputs(b, tensors.factor, features.shape[1] as number);
      const ofMeans = b.reduceSum(b.square(b.matmul(features, factor)), [2]);
      const outputs = b.transpose(ofMeans, [1, 0]);
      if (spread === undefined) return outputs;
      return b.add(outputs, b.matmul(spread, b.reduceSum(b.square(factor), [2]), { transposeB: true }));
    }
    case 'kronecker': {
      const rotated = b.square(b.matmul(features, tensors.left));
      const inputs = spread ? b.add(rotated, b.matmul(spread, b.square(tensors.left))) : rotated;
      const scaled = b.matmul(inputs, b.square(tensors.deviation));
      return b.matmul(scaled, b.square(tensors.right), { transposeB: true });
    }
    default:
      return b.matmul(power, b.square(tensors.deviation));
  }
}

/** For each output the rows of L that are of its weights: `[outputs, rows, n]`. */
function factorOfOutputs(b: Builder, factor: Value, rows: number): Value {
  const [blocks, size] = factor.shape as readonly number[];
  if (blocks > 1 || size === rows) return factor;
  return b.transpose(b.reshape(factor, [rows, size / rows, size]), [1, 0, 2]);
}

/** What is added to W, `[rows, columns]`. */
function deviationOf(b: Builder, { settings, tensors, normal }: PosteriorDraw, rows: number, columns: number): Value {
  switch (settings.covariance) {
    case 'full': {
      const [blocks, size] = tensors.factor.shape as readonly number[];
      const drawn = b.matmul(normal('weights', [blocks, 1, size]), tensors.factor, { transposeB: true });
      return blocks === 1 ? b.reshape(drawn, [rows, columns]) : b.transpose(b.reshape(drawn, [columns, rows]), [1, 0]);
    }
    case 'kronecker': {
      const scaled = b.mul(tensors.deviation, normal('weights', [rows, columns]));
      return b.matmul(b.matmul(tensors.left, scaled), tensors.right, { transposeB: true });
    }
    default:
      return b.mul(tensors.deviation, normal('weights', [rows, columns]));
  }
}

/** The size of W. Throws `VARDROP_POSTERIOR` for a layer that the model does not have. */
function matrixOf({ parameters }: Model, { layer }: Settings): { readonly rows: number; readonly columns: number } {
  const weights = parameters.find(({ name }) => name === `${layer}/weights`);
  if (weights?.shape.length !== 2) {
    throw new VardropError(
      'VARDROP_POSTERIOR',
      `[posterior] laplace.layer: got ${formatValue(layer)}, needs a dense layer of the model. Make the posterior anew.`,
    );
  }
  const [inputs, columns] = weights.shape;
  const hasBias = parameters.some(({ name }) => name === `${layer}/bias`);
  return { rows: hasBias ? inputs + 1 : inputs, columns };
}
