import { foldIn } from '../random/foldIn.js';
import { key } from '../random/key.js';
import { permutation } from '../random/permutation.js';
import { normalQuantile } from '../special/normalQuantile.js';

/** From there on columns have the orders of earlier ones. It is a prime, so that neighbours differ. */
const mostOrders = 1021;

/**
 * Points that stand for samples of `columns` independent standard normal numbers, `[points][columns]`: a Latin hypercube (McKay, Beckman &
 * Conover 1979). Each column holds the middle quantiles of equal parts of the distribution in an order of its own, scaled so that the mean
 * is 0 and the unbiased variance 1. They are the same at every call.
 */
export function standardPoints(points: number, columns: number): readonly Float32Array[] {
  const quantiles = Array.from({ length: points }, (_, i) => normalQuantile((i + 0.5) / points));
  const squares = quantiles.reduce((sum, q) => sum + q * q, 0);
  const scale = points > 1 ? Math.sqrt((points - 1) / squares) : 0;
  const root = key(0);
  const orders = Array.from({ length: Math.min(columns, mostOrders) }, (_, i) => permutation(foldIn(root, i), points));
  return Array.from({ length: points }, (_, point) =>
    Float32Array.from({ length: columns }, (_, column) => scale * quantiles[orders[column % mostOrders][point]]),
  );
}
