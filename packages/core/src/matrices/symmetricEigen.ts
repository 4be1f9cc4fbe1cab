/**
 * Eigenvalues and eigenvectors of a symmetric matrix `[size, size]`, row-major: A = V diag(values) Vᵀ, with the vectors in the columns
 * of V. By rotations of pairs until what is off the diagonal vanishes beside it (Jacobi 1846), which gives small eigenvalues as
 * accurately as large ones. The time grows with size³; some hundred rows take a second.
 */
export function symmetricEigen(
  matrix: Float64Array,
  size: number,
): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let rotated = false;
    for (let p = 0; p < size - 1; p++)
      for (let q = p + 1; q < size; q++) rotated = rotate(a, vectors, size, p, q) || rotated;
    if (!rotated) break;
  }
  return { values: Float64Array.from({ length: size }, (_, i) => a[i * size + i]), vectors };
}

const mostSweeps = 50;

/** Makes the element in row p and column q zero. False where it is nothing beside the diagonal. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): boolean {
  const off = a[p * size + q];
  const [first, second] = [a[p * size + p], a[q * size + q]];
  if (Math.abs(off) <= 1e-16 * Math.sqrt(Math.abs(first * second)) || off === 0) return false;
  const theta = (second - first) / (2 * off);
  const tangent = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  for (let k = 0; k < size; k++) {
    if (k === p || k === q) continue;
    const [kp, kq] = [a[k * size + p], a[k * size + q]];
    a[k * size + p] = cosine * kp - sine * kq;
    a[p * size + k] = a[k * size + p];
    a[k * size + q] = sine * kp + cosine * kq;
    a[q * size + k] = a[k * size + q];
  }
  a[p * size + p] = first - tangent * off;
  a[q * size + q] = second + tangent * off;
  a[p * size + q] = 0;
  a[q * size + p] = 0;
  for (let k = 0; k < size; k++) {
    const [vp, vq] = [vectors[k * size + p], vectors[k * size + q]];
    vectors[k * size + p] = cosine * vp - sine * vq;
    vectors[k * size + q] = sine * vp + cosine * vq;
  }
  return true;
}
