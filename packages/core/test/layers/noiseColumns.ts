import type { BuiltLayer } from '../../src/layers/layer.js';
import { type LayerValues, runLayer } from './runLayer.js';

/**
 * The columns J of outputs that are linear in normal numbers: outputs for a noise of 1 at one place and 0 elsewhere, less those
 * without noise. Their covariance is J Jᵀ. `draws` is the count of normal numbers. Uniform numbers, such as those of signs, lie
 * on both sides of ½.
 */
export function noiseColumns(built: BuiltLayer, values: LayerValues, rows: number, draws: number): Float64Array[] {
  const mean = runLayer(built, values, { rows }).output;
  return Array.from({ length: draws }, (_, place) => {
    const { output } = runLayer(built, values, {
      rows,
      sample: true,
      noise(distribution, words, out, offset) {
        for (let i = 0; i < out.length; i++) {
          const uniform = (words[0] + offset + i) % 3 === 0 ? 0.25 : 0.75;
          out[i] = distribution === 'uniform' ? uniform : Number(offset + i === place);
        }
      },
    });
    return output.map((y, i) => y - mean[i]);
  });
}

/** Every pair of places and every pair of units. */
export function pairs(places: number, units: number) {
  const count = (n: number) => Array.from({ length: n }, (_, i) => i);
  return count(places).flatMap((p) =>
    count(places).flatMap((q) => count(units).flatMap((u) => count(units).map((v) => [p, q, u, v] as const))),
  );
}
