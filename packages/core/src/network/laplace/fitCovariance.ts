import { VardropError } from '../../errors.js';
import { cholesky, inverseTransposed, logDeterminant } from '../../matrices/cholesky.js';
import { symmetricEigen } from '../../matrices/symmetricEigen.js';
import type { TensorMap } from '../../tensorData.js';
import type { LaplaceCovariance } from './curvatureProgram.js';

/** Sums over the data, and the weights W `[rows, columns]` that they were made at. */
export interface CurvatureSums {
  readonly sums: Readonly<Record<string, Float64Array>>;
  readonly rows: number;
  readonly columns: number;
  /** The sum of the weights of the rows. */
  readonly count: number;
  readonly weights: Float64Array;
}

/** A Gaussian of W for one precision of the prior. */
export interface LaplaceFit {
  /** Natural logarithm of the evidence, up to a number that does not depend on the precision. */
  evidence(precision: number): number;
  /** The tensors of the posterior, and the mean of W where it is not W itself. */
  finish(precision: number): { readonly tensors: TensorMap; readonly mean?: Float64Array };
}

/** Prepares the Gaussian with the covariance `(curvature + precision · I)⁻¹`. */
export function fitCovariance(given: CurvatureSums, covariance: LaplaceCovariance): LaplaceFit {
  switch (covariance) {
    case 'full':
      return fitFull(given);
    case 'kronecker':
      return fitKronecker(given);
    case 'diagonal':
      return fitDiagonal(given);
  }
}

/** `½ (n log λ − λ ‖W‖² − log det(H + λ I))`: what the evidence depends on λ by (MacKay 1992, eq. 4.8). */
const evidenceOf = (precision: number, squares: number, count: number, logDet: number) =>
  0.5 * (count * Math.log(precision) - precision * squares - logDet);

const sumOfSquares = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);

function fitFull({ sums, rows, columns, weights }: CurvatureSums): LaplaceFit {
  const matrices = sums.outer ? [jointMatrix(sums, rows, columns)] : split(sums.blocks, columns);
  const size = (rows * columns) / matrices.length;
  const lowersAt = (precision: number) => matrices.map((matrix) => factor(matrix, size, precision));
  const meanOf = (lowers: readonly Float64Array[]) => sums.moment && solveAll(lowers, sums.moment, rows, columns);
  return {
    evidence(precision) {
      const lowers = lowersAt(precision);
      const logDet = lowers.reduce((sum, lower) => sum + logDeterminant(lower, size), 0);
      const mean = meanOf(lowers);
      if (mean === undefined) return evidenceOf(precision, sumOfSquares(weights), rows * columns, logDet);
      // At the exact mean the misfit and the prior together are `½ (yᵀy/σ² − rᵀm)`, with the moment r.
      const gain = mean.reduce((sum, value, i) => sum + value * sums.moment[i], 0);
      return 0.5 * (rows * columns * Math.log(precision) + gain - logDet);
    },
    finish(precision) {
      const lowers = lowersAt(precision);
      const data = new Float32Array(lowers.length * size * size);
      lowers.forEach((lower, i) => {
        data.set(inverseTransposed(lower, size), i * size * size);
      });
      const mean = meanOf(lowers);
      return { tensors: { factor: { shape: [lowers.length, size, size], data } }, ...(mean && { mean }) };
    },
  };
}

function split(values: Float64Array, parts: number): readonly Float64Array[] {
  const size = values.length / parts;
  return Array.from({ length: parts }, (_, i) => values.subarray(i * size, (i + 1) * size));
}

/** The curvature of all of W, row by row, for classes. */
function jointMatrix({ blocks, outer }: CurvatureSums['sums'], rows: number, columns: number): Float64Array {
  const size = rows * columns;
  const joint = outer.map((value) => -value);
  for (let c = 0; c < columns; c++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < rows; j++)
        joint[(i * columns + c) * size + j * columns + c] += blocks[(c * rows + i) * rows + j];
  return joint;
}

/** The triangle of `matrix + precision · I`. */
function factor(matrix: Float64Array, size: number, precision: number): Float64Array {
  const shifted = matrix.slice();
  for (let i = 0; i < size; i++) shifted[i * size + i] += precision;
  const lower = cholesky(shifted, size);
  if (lower) return lower;
  throw new VardropError(
    'VARDROP_LAPLACE',
    `[lastLayerLaplace] prior: got a precision of ${precision}, which is lost beside the rounding of the curvature, needs a larger one. Give prior: ${(100 * precision).toPrecision(2)}, or covariance: 'kronecker'.`,
  );
}

/** `(H + λ I)⁻¹ r` for each column of r `[rows, columns]`, whose block it is. */
function solveAll(lowers: readonly Float64Array[], moment: Float64Array, rows: number, columns: number): Float64Array {
  const mean = new Float64Array(moment.length);
  for (let c = 0; c < columns; c++) {
    const upper = inverseTransposed(lowers[c], rows);
    // First L⁻¹ r, then L⁻ᵀ of that.
    const half = new Float64Array(rows);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j <= i; j++) half[i] += upper[j * rows + i] * moment[j * columns + c];
    for (let i = 0; i < rows; i++)
      for (let j = i; j < rows; j++) mean[i * columns + c] += upper[i * rows + j] * half[j];
  }
  return mean;
}

/** `A ⊗ B / N + λ I`, by the eigenvalues of A and B. */
function fitKronecker({ sums, rows, columns, count, weights }: CurvatureSums): LaplaceFit {
  const [left, right] = [symmetricEigen(sums.left, rows), symmetricEigen(sums.right, columns)];
  const products = Float64Array.from({ length: rows * columns }, (_, i) =>
    Math.max(0, (left.values[Math.floor(i / columns)] * right.values[i % columns]) / count),
  );
  const { evidence, deviation } = ofEigenvalues(products, weights);
  return {
    evidence,
    finish: (precision) => ({
      tensors: {
        left: { shape: [rows, rows], data: Float32Array.from(left.vectors) },
        right: { shape: [columns, columns], data: Float32Array.from(right.vectors) },
        deviation: { shape: [rows, columns], data: deviation(precision) },
      },
    }),
  };
}

function fitDiagonal({ sums, rows, columns, weights }: CurvatureSums): LaplaceFit {
  const { evidence, deviation } = ofEigenvalues(sums.diagonal, weights);
  return {
    evidence,
    finish: (precision) => ({ tensors: { deviation: { shape: [rows, columns], data: deviation(precision) } } }),
  };
}

function ofEigenvalues(eigenvalues: Float64Array, weights: Float64Array) {
  return {
    evidence(precision: number): number {
      const logDet = eigenvalues.reduce((sum, value) => sum + Math.log(value + precision), 0);
      return evidenceOf(precision, sumOfSquares(weights), eigenvalues.length, logDet);
    },
    deviation: (precision: number) => Float32Array.from(eigenvalues, (value) => 1 / Math.sqrt(value + precision)),
  };
}
