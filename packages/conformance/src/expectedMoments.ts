import { erf } from '@vardrop/core/reference';

/** A dense layer in float64. */
export interface DenseLayer {
  /** `[in][out]`. */
  readonly weights: readonly (readonly number[])[];
  readonly bias: readonly number[];
  readonly activation: 'relu' | 'linear';
  /** Variances of the weights, or of factors with mean 1 of the inputs. */
  readonly noise:
    | { readonly acts: 'weights'; readonly variances: readonly (readonly number[])[] }
    | { readonly acts: 'inputs'; readonly variances: readonly number[] }
    | { readonly acts: 'nowhere' };
}

/** Units with their moments, and how they move with each source of noise. */
interface Units {
  readonly mean: readonly number[];
  /** As carried from layer to layer, without covariance. */
  readonly variance: readonly number[];
  readonly sources: readonly { readonly variance: number; readonly slopes: readonly number[] }[];
}

/**
 * Mean and variance of the outputs of dense layers for one row of inputs. Derivatives go forward with the units, one for each source of
 * noise, so that units which read the same noise have its covariance.
 */
export function expectedMoments(
  layers: readonly DenseLayer[],
  row: readonly number[],
): { readonly mean: readonly number[]; readonly variance: readonly number[] } {
  const start: Units = { mean: row, variance: row.map(() => 0), sources: [] };
  const { mean, sources } = layers.reduce((units, layer) => rectified(layer, linear(layer, units)), start);
  const variance = mean.map((_, j) => sources.reduce((sum, one) => sum + one.slopes[j] ** 2 * one.variance, 0));
  return { mean, variance };
}

function linear(layer: DenseLayer, units: Units): Units {
  const { weights, bias, noise } = layer;
  const through = (x: readonly number[], power: 1 | 2 = 1) =>
    bias.map((_, j) => x.reduce((sum, value, i) => sum + value * weights[i][j] ** power, 0));
  const single = (count: number, at: number) => Array.from({ length: count }, (_, i) => (i === at ? 1 : 0));
  const power = units.mean.map((m, i) => m * m + units.variance[i]);
  const sources = units.sources.map(({ variance, slopes }) => ({ variance, slopes: through(slopes) }));
  const carried = through(units.variance, 2);
  const mean = through(units.mean).map((value, j) => value + bias[j]);
  if (noise.acts === 'nowhere') return { mean, variance: carried, sources };
  if (noise.acts === 'inputs') {
    const own = power.map((value, i) => value * noise.variances[i]);
    const added = own.map((variance, i) => ({ variance, slopes: through(single(own.length, i)) }));
    return { mean, variance: through(own, 2).map((v, j) => v + carried[j]), sources: [...sources, ...added] };
  }
  const own = bias.map((_, j) => power.reduce((sum, value, i) => sum + value * noise.variances[i][j], 0));
  const added = own.map((variance, j) => ({ variance, slopes: single(own.length, j) }));
  return { mean, variance: own.map((v, j) => v + carried[j]), sources: [...sources, ...added] };
}

/** max(x, 0) of Gaussian units: its moments, its mean slope Φ(r), and what the slope does not explain as noise of its own. */
function rectified({ activation }: DenseLayer, units: Units): Units {
  if (activation === 'linear') return units;
  const parts = units.mean.map((m, i) => {
    const v = units.variance[i];
    if (v === 0) return { mean: Math.max(m, 0), variance: 0, slope: m > 0 ? 1 : 0, rest: 0 };
    const s = Math.sqrt(v);
    const slope = (1 + erf(m / s / Math.SQRT2)) / 2;
    const density = Math.exp((-m * m) / (2 * v)) / Math.sqrt(2 * Math.PI);
    const mean = m * slope + s * density;
    const variance = (m * m + v) * slope + m * s * density - mean * mean;
    return { mean, variance, slope, rest: variance - slope * slope * v };
  });
  const passed = units.sources.map(({ variance, slopes }) => ({
    variance,
    slopes: slopes.map((slope, i) => slope * parts[i].slope),
  }));
  const own = parts.map(({ rest }, i) => ({ variance: rest, slopes: parts.map((_, j) => (i === j ? 1 : 0)) }));
  return {
    mean: parts.map(({ mean }) => mean),
    variance: parts.map(({ variance }) => variance),
    sources: [...passed, ...own],
  };
}
