import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model/model.js';
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
};

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
