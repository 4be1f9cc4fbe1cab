/** The most probable class of each row of probabilities; the first one of equally probable classes. */
export function mostProbable(probabilities: ArrayLike<number>, rows: number): Int32Array {
  const classes = probabilities.length / rows;
  return Int32Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let k = 1; k < classes; k++)
      if (probabilities[row * classes + k] > probabilities[row * classes + best]) best = k;
    return best;
  });
}
