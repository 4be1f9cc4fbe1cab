/**
 * The lower triangle L with A = L Lᵀ of a symmetric matrix `[size, size]`, row-major, whose lower triangle is read; undefined unless A
 * is positive definite.
 */
export function cholesky(matrix: Float64Array, size: number): Float64Array | undefined {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let j = 0; j <= i; j++) {
      const other = j * size;
      let sum = matrix[row + j];
      for (let k = 0; k < j; k++) sum -= lower[row + k] * lower[other + k];
      if (j < i) lower[row + j] = sum / lower[other + j];
      else if (sum > 0) lower[row + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return lower;
}

/** `log det A` of its triangle L. */
export function logDeterminant(lower: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += Math.log(lower[i * size + i]);
  return 2 * sum;
}

/** `L⁻ᵀ`, an upper triangle, so that `A⁻¹ = (L⁻ᵀ)(L⁻ᵀ)ᵀ`. */
export function inverseTransposed(lower: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  // Column j of L⁻¹ is row j of the result.
  for (let j = 0; j < size; j++) {
    const row = j * size;
    inverse[row + j] = 1 / lower[row + j];
    for (let i = j + 1; i < size; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= lower[i * size + k] * inverse[row + k];
      inverse[row + i] = sum / lower[i * size + i];
    }
  }
  return inverse;
}
