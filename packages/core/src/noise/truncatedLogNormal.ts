import type { Builder, Value } from '../program/builder.js';
import type { Shape } from '../program/program.js';
import { elementCount } from '../program/shapes.js';
import { gaussLegendre } from './gaussLegendre.js';
import type { FactorMoments } from './noiseModel.js';

/** log z ~ N(μ, σ²), truncated to [low, high]; `logMean` is μ and `logDeviation` is log σ. */
export interface TruncatedLogNormal {
  readonly logMean: Value;
  readonly logDeviation: Value;
  readonly low: number;
  readonly high: number;
}

/** Integrals end this many nats below the highest density: e⁻³² is nothing, even for derivatives, which are 1/σ times as large. */
const depth = 32;

/** From this distance of μ to the interval on, in σ, samples come from the tail of the normal. */
const tail = 4;

/** The smallest normal float32. */
const smallest = 2 ** -126;

const { nodes, weights } = gaussLegendre(32);

// All integrals are over v = log z − m, where m is the point of [low, high] that is nearest to μ. The density relative to that at
// m is exp(−v (v + 2(m − μ))/2σ²): no two large numbers are subtracted, however far outside of the interval μ is.

/** m, m − μ and σ², `[units, 1]`. The point m has no derivative of its own: where it moves, m − μ is 0. */
function atMode(b: Builder, { logMean, logDeviation, low, high }: TruncatedLogNormal) {
  const column = (value: Value) => b.reshape(value, [elementCount(value.shape), 1]);
  const mean = column(logMean);
  const mode = b.stopGradient(b.min(b.max(mean, low), high));
  return { mode, distance: b.sub(mode, mean), variance: b.exp(b.mul(2, column(logDeviation))) };
}

/** Nodes v, their log densities relative to m, and the weights of the rule times its width, `[units, nodes]`. */
function nodesOf(b: Builder, posterior: TruncatedLogNormal, tilted: boolean) {
  const { mode, distance, variance } = atMode(b, posterior);
  const far = b.abs(distance);
  const reach = b.div(b.mul(2 * depth, variance), b.add(far, b.sqrt(b.add(b.square(far), b.mul(2 * depth, variance)))));
  // z² has its mass up to 2σ² higher.
  const above = tilted ? b.add(reach, b.mul(2, variance)) : reach;
  const from = b.max(b.sub(posterior.low, mode), b.neg(reach));
  const width = b.stopGradient(b.sub(b.min(b.sub(posterior.high, mode), above), from));
  const row = (values: readonly number[]) => b.constant(values, [1, values.length]);
  const v = b.add(b.stopGradient(from), b.mul(width, row(nodes)));
  const logDensity = b.div(b.mul(b.mul(-0.5, v), b.add(v, b.mul(2, distance))), variance);
  return { v, mode, logDensity, pieces: b.mul(width, row(weights)) };
}

const sumOfRow = (b: Builder, value: Value) => b.reduceSum(value, [1], true);

/**
 * The KL to the uniform distribution of log z on the same interval, of the shape of `logMean`: `log(high − low) − log C + E log
 * p̃` with the relative density p̃ and its integral C. It equals the closed form of Neklyudov et al. 2017.
 */
export function truncatedKl(b: Builder, posterior: TruncatedLogNormal): Value {
  const { logDensity, pieces } = nodesOf(b, posterior, false);
  const mass = b.mul(pieces, b.exp(logDensity));
  const total = sumOfRow(b, mass);
  const expected = b.div(sumOfRow(b, b.mul(mass, logDensity)), total);
  const kl = b.add(b.sub(Math.log(posterior.high - posterior.low), b.log(total)), expected);
  return b.reshape(kl, posterior.logMean.shape);
}

/** Mean and variance of z, and log(Var z / (E z)²), of the shape of `logMean`. */
export function truncatedMoments(
  b: Builder,
  posterior: TruncatedLogNormal,
): FactorMoments & { readonly logAlpha: Value } {
  const { v, mode, logDensity, pieces } = nodesOf(b, posterior, true);
  const mass = b.mul(pieces, b.exp(logDensity));
  const share = b.div(mass, sumOfRow(b, mass));
  // eᵛ − 1, which keeps its digits where z hardly varies.
  const half = b.tanh(b.mul(0.5, b.max(-1, b.min(1, v))));
  const near = b.div(b.mul(2, half), b.sub(1, half));
  const excess = b.selectGreater(b.abs(v), 1, b.sub(b.exp(v), 1), near);
  const mean = sumOfRow(b, b.mul(share, excess));
  const variance = sumOfRow(b, b.mul(share, b.square(b.sub(excess, mean))));
  const scale = b.exp(mode);
  const relative = b.add(1, mean);
  const shaped = (value: Value) => b.reshape(value, posterior.logMean.shape);
  return {
    mean: shaped(b.mul(scale, relative)),
    variance: shaped(b.mul(b.square(scale), variance)),
    logAlpha: shaped(b.sub(b.log(variance), b.mul(2, b.log(relative)))),
  };
}

/**
 * z of `shape` from uniform numbers u of that shape in (0, 1), by the inverse of the distribution function, with its derivatives
 * at constant u. `posterior` broadcasts to `shape`.
 */
export function truncatedSample(b: Builder, posterior: TruncatedLogNormal, u: Value, shape: Shape): Value {
  const { low, high } = posterior;
  const mean = b.broadcast(posterior.logMean, shape);
  const logDeviation = b.broadcast(posterior.logDeviation, shape);
  const deviation = b.exp(logDeviation);
  const mode = b.min(b.max(mean, low), high);
  const distance = b.sub(mode, mean);
  const inside = insideOf(b, b.div(b.sub(low, mean), deviation), b.div(b.sub(high, mean), deviation), u);
  const steps = fromEdge(b, b.div(b.abs(distance), deviation), b.div(high - low, deviation), {
    beyond: b.selectGreater(0, distance, u, b.sub(1, u)),
  });
  const outside = b.selectGreater(0, distance, b.neg(steps), steps);
  const x = b.selectGreater(b.abs(distance), 0, outside, inside);
  const v = b.mul(deviation, x);
  const offset = b.max(b.sub(low, mode), b.min(b.sub(high, mode), v));
  const logZ = b.add(mode, offset);
  const variance = b.square(deviation);
  // Densities at the ends relative to that at log z: d log z = (1 − E) dμ + (log z − μ − E (end − μ)) d log σ.
  const at = (end: number, share: Value) => {
    const gap = b.sub(b.sub(end, mode), offset);
    const sum = b.add(b.add(b.sub(end, mode), offset), b.mul(2, distance));
    const ratio = b.exp(b.min(60, b.div(b.mul(b.mul(-0.5, gap), sum), variance)));
    const part = b.mul(share, ratio);
    return { part, moved: b.mul(part, b.sub(end, mean)) };
  };
  const lower = at(low, b.sub(1, u));
  const upper = at(high, u);
  const byMean = b.sub(1, b.add(lower.part, upper.part));
  const byDeviation = b.sub(b.add(distance, offset), b.add(lower.moved, upper.moved));
  return b.exp(
    b.withDerivative(logZ, [
      [mean, byMean],
      [logDeviation, byDeviation],
    ]),
  );
}

/** The quantile of N(0, 1) truncated to [from, to], which contains 0. It is read from the nearer tail. */
function insideOf(b: Builder, from: Value, to: Value, u: Value): Value {
  const below = b.exp(b.special('logNormalCdf', from));
  const above = b.exp(b.special('logNormalCdf', b.neg(to)));
  const mass = b.sub(1, b.add(below, above));
  const left = b.add(below, b.mul(u, mass));
  const right = b.add(above, b.mul(b.sub(1, u), mass));
  const quantile = b.special('normalQuantile', b.max(b.min(left, right), smallest));
  return b.selectGreater(right, left, quantile, b.neg(quantile));
}

/**
 * The distance s in [0, width] from the nearer end of an interval that begins `edge` beyond the mean of N(0, 1), where the share
 * `beyond` of the interval's mass is farther away. Far out it comes from Newton's method on log Φ, whose derivative is the inverse
 * Mills ratio.
 */
function fromEdge(b: Builder, edge: Value, width: Value, { beyond }: { readonly beyond: Value }): Value {
  const logTail = (s: Value) => b.special('logNormalCdf', b.neg(b.add(edge, s)));
  const atEdge = b.special('logNormalCdf', b.neg(edge));
  const rest = b.exp(b.sub(logTail(width), atEdge));
  const share = b.max(b.add(rest, b.mul(b.sub(1, rest), beyond)), smallest);
  const near = b.sub(b.neg(b.special('normalQuantile', b.max(b.mul(b.exp(atEdge), share), smallest))), edge);
  const target = b.neg(b.log(share));
  let far = b.div(b.mul(2, target), b.add(edge, b.sqrt(b.add(b.square(edge), b.mul(2, target)))));
  const mills = (s: Value) => b.special('inverseMillsRatio', b.neg(b.add(edge, s)));
  const atMills = mills(b.mul(0, edge));
  for (let step = 0; step < 2; step++) {
    // log(Φ(−edge − s)/Φ(−edge)) with φ taken out, which would cancel.
    const ratio = b.log(b.div(atMills, mills(far)));
    const missing = b.add(b.sub(target, b.mul(far, b.add(edge, b.mul(0.5, far)))), ratio);
    far = b.max(0, b.add(far, b.div(missing, mills(far))));
  }
  return b.selectGreater(edge, tail, far, near);
}
