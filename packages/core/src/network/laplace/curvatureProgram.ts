import { allTensors } from '../../allParameters.js';
import { declareInputs, declareParameters } from '../../layers/model/declare.js';
import type { Model } from '../../layers/model/model.js';
import { headsOf, likelihoodValues, targetName } from '../../likelihoods/heads.js';
import { type Builder, createBuilder, type Value } from '../../program/builder.js';
import type { Program } from '../../program/program.js';
import type { LastLayer } from './lastLayer.js';

/** The form of the covariance of a last-layer posterior. */
export type LaplaceCovariance = 'full' | 'kronecker' | 'diagonal';

/**
 * Sums over rows of the curvature of `−log p` in the last layer's weights W `[D, C]`, whose last row is the bias, with all weights at
 * their means. It is the generalised Gauss-Newton matrix, which for these likelihoods is Fisher's: with a row's inputs f and curvature
 * Λ of its outputs, `f fᵀ ⊗ Λ` (Daxberger et al. 2021, appendix A). Outputs by `covariance`:
 *
 * - `full`: `blocks` `[C, D, D]`, `Σ f fᵀ Λ_cc` where Λ is diagonal, and for classes `Σ f fᵀ p_c`, from which `outer` `[DC, DC]`,
 *   `Σ (f ⊗ p)(f ⊗ p)ᵀ`, is to be subtracted. For numbers also `moment` `[D, C]`, `Σ f y_c/σ_c²`.
 * - `kronecker`: `left` `[D, D]`, `Σ f fᵀ`, and `right` `[C, C]`, `Σ Λ`.
 * - `diagonal`: `diagonal` `[D, C]`, `Σ f² Λ_cc`.
 *
 * Inputs beside the model's: `rowWeight` `[batch, 1]`, and for numbers the targets.
 */
export function curvatureProgram(model: Model, last: LastLayer, covariance: LaplaceCovariance): Program {
  const b = createBuilder('last layer');
  const [head] = headsOf('lastLayerLaplace', model);
  const inputs = declareInputs(b, model);
  const values = declareParameters(b, allTensors(model));
  const { outputs, trace } = model.forward(b, inputs, values, 'mean');
  const [from] = last.call.inputs;
  const read = inputs[from] ?? (trace.find(({ layer }) => layer === from)?.output as Value);
  const ones = b.broadcast(b.constant(1), ['batch', 1]);
  const features = last.bias ? b.concatenate([read, ones], 1) : read;
  const weight = b.input('rowWeight', ['batch', 1]);
  const output = outputs[head.output.name];
  const { likelihood } = head;
  const predictive = likelihood.predictive(b, output, likelihoodValues(head, values));
  if (predictive.kind === 'classes') {
    const probabilities = b.exp(predictive.logProbabilities);
    if (likelihood.targets === 'labels') addClasses(b, features, weight, probabilities, covariance);
    else {
      const yes = b.reshape(b.slice(probabilities, [undefined, undefined, { start: 1 }]), output.shape);
      addIndependent(b, features, b.mul(weight, b.mul(yes, b.sub(1, yes))), weight, covariance);
    }
    return b.build();
  }
  const precision = b.broadcast(b.div(weight, predictive.variance), predictive.mean.shape);
  const bothOutputs = head.targetShape[0] < last.outputs;
  // The second half of the outputs are log variances, of which Fisher's information is ½.
  const half = () => b.broadcast(b.mul(0.5, weight), predictive.mean.shape);
  addIndependent(b, features, bothOutputs ? b.concatenate([precision, half()], 1) : precision, weight, covariance);
  if (covariance === 'full' && !bothOutputs) {
    const target = b.input(targetName(head), ['batch', ...head.targetShape]);
    b.output('moment', b.matmul(features, b.mul(precision, target), { transposeA: true }));
  }
  return b.build();
}

/** Outputs whose curvature `[batch, C]` is diagonal. */
function addIndependent(
  b: Builder,
  features: Value,
  curvature: Value,
  weight: Value,
  covariance: LaplaceCovariance,
): void {
  switch (covariance) {
    case 'full':
      b.output('blocks', blocksOf(b, features, curvature));
      return;
    case 'kronecker': {
      b.output('left', b.matmul(features, b.mul(weight, features), { transposeA: true }));
      b.output('right', diagonalMatrix(b, b.reduceSum(curvature, [0])));
      return;
    }
    case 'diagonal':
      b.output('diagonal', b.matmul(b.square(features), curvature, { transposeA: true }));
  }
}

/** Classes, whose curvature is `diag p − p pᵀ`. */
function addClasses(b: Builder, features: Value, weight: Value, p: Value, covariance: LaplaceCovariance): void {
  const weighted = b.mul(weight, p);
  switch (covariance) {
    case 'full': {
      const [rows, classes] = [features.shape[1] as number, p.shape[1] as number];
      const each = b.mul(b.reshape(features, ['batch', rows, 1]), b.reshape(p, ['batch', 1, classes]));
      const products = b.reshape(each, ['batch', rows * classes]);
      b.output('blocks', blocksOf(b, features, weighted));
      b.output('outer', b.matmul(products, b.mul(weight, products), { transposeA: true }));
      return;
    }
    case 'kronecker': {
      b.output('left', b.matmul(features, b.mul(weight, features), { transposeA: true }));
      const outer = b.matmul(p, weighted, { transposeA: true });
      b.output('right', b.sub(diagonalMatrix(b, b.reduceSum(weighted, [0])), outer));
      return;
    }
    case 'diagonal':
      b.output('diagonal', b.matmul(b.square(features), b.mul(weighted, b.sub(1, p)), { transposeA: true }));
  }
}

/** `Σ f fᵀ h_c` for each c, `[C, D, D]`. */
function blocksOf(b: Builder, features: Value, curvature: Value): Value {
  const [rows, columns] = [features.shape[1] as number, curvature.shape[1] as number];
  const each = b.reshape(b.transpose(curvature, [1, 0]), [columns, 'batch', 1]);
  const shape = [columns, 'batch', rows] as const;
  const repeated = b.broadcast(b.reshape(features, [1, 'batch', rows]), shape);
  return b.matmul(b.mul(repeated, each), repeated, { transposeA: true });
}

/** The diagonal matrix `[C, C]` of C numbers. */
function diagonalMatrix(b: Builder, values: Value): Value {
  const size = values.shape[0] as number;
  const identity = Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
  return b.mul(b.constant(identity, [size, size]), b.reshape(values, [1, size]));
}
