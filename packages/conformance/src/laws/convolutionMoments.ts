import type { Estimator, NoiseModel } from '@vardrop/core';
import { checkOnce } from '../checkProperty.js';
import type { LawContext } from '../law.js';
import { sampleFactor } from '../law.js';
import { biases, filters, images, logVariances, patch, rhos, sampleConvolution, sizes } from '../noisyConvolution.js';
import { every, rowsOf } from '../noisyLayer.js';
import {
  covarianceThreshold,
  meanThreshold,
  normalMoments,
  sampleCovariance,
  sampleMean,
  varianceThreshold,
} from '../statistics.js';

/** Pairs of datapoints, or copies of the filters, at effort `quick`. */
const samples = 2 ** 14;

/** One pre-activation, given by image, location and filter. */
interface Unit {
  readonly image: number;
  readonly location: number;
  readonly filter: number;
}

const units: readonly Unit[] = images.flatMap((_, image) =>
  Array.from({ length: sizes.locations * sizes.filters }, (_, i) => ({
    image,
    location: Math.floor(i / sizes.filters),
    filter: i % sizes.filters,
  })),
);

const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * y[i], 0);
const patchOf = ({ image, location }: Unit) => patch(images[image], location);
const weightsOf = ({ filter }: Unit) => filters.filter((_, i) => i % sizes.filters === filter);
const variancesOf = ({ filter }: Unit) => logVariances.filter((_, i) => i % sizes.filters === filter).map(Math.exp);
const channels = [0, 1];

/** The covariance of two units that read the same random filter, channel by channel: `Σ σ² x x′`. */
function sharedWeights(u: Unit, v: Unit): number[] {
  if (u.filter !== v.filter) return channels.map(() => 0);
  const [x, y, variances] = [patchOf(u), patchOf(v), variancesOf(u)];
  return channels.map((channel) =>
    x.reduce((sum, value, k) => sum + (k % sizes.channels === channel ? value * y[k] * variances[k] : 0), 0),
  );
}

/** Their covariance if each channel has a random factor: `α (Σ x θ)(Σ x′ θ′)`. */
function sharedFactors(u: Unit, v: Unit): number[] {
  const part = (unit: Unit, channel: number) => {
    const weights = weightsOf(unit);
    return patchOf(unit).reduce((sum, x, k) => sum + (k % sizes.channels === channel ? x * weights[k] : 0), 0);
  };
  return channels.map((channel) => (part(u, channel) * part(v, channel)) / (1 + Math.exp(-rhos[channel])));
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** A covariance, and the largest value that it can have given the noise that all samples share. */
interface Shared {
  readonly covariance: number;
  readonly largest: number;
}

/** The covariance of two pre-activations under each way of sampling noise on weights. */
const sharedUnder: Readonly<Record<string, (u: Unit, v: Unit) => Shared>> = {
  // ζ is drawn for each location.
  local: (u, v) => certain(u.image === v.image && u.location === v.location ? sharedWeights(u, v) : []),
  separate: (u, v) => certain(u.image === v.image ? sharedWeights(u, v) : []),
  single: (u, v) => certain(sharedWeights(u, v)),
  // Between datapoints each channel has a sign that all copies of a filter share. Each copy also has a sign of its own.
  flipout: (u, v) =>
    u.image === v.image
      ? certain(sharedWeights(u, v))
      : { covariance: 0, largest: total(sharedWeights(u, v).map(Math.abs)) },
};

function certain(parts: readonly number[]): Shared {
  return { covariance: total(parts), largest: total(parts) };
}

/** Samples of every unit. Samples with the same index belong together. */
async function observe(context: LawContext, noise: NoiseModel, estimator: Estimator): Promise<Float32Array[]> {
  const count = samples * sampleFactor(context.effort);
  const seed = context.seed + 300;
  const pair = images.flat();
  if (estimator.name === 'local' || estimator.name === 'separate') {
    // Each datapoint has noise of its own: use many pairs of datapoints.
    const [y] = await sampleConvolution(context, { noise, estimator }, [rowsOf(pair, count)], seed);
    return units.map((_, i) => every(y, i, units.length));
  }
  // Datapoints share their noise: use many copies of the filters.
  const [y] = await sampleConvolution(context, { noise, estimator, copies: count }, [Float32Array.from(pair)], seed);
  const length = sizes.filters * count;
  return units.map(({ image, location, filter }) => {
    const first = (image * sizes.locations + location) * length;
    return every(y.subarray(first, first + length), filter, sizes.filters);
  });
}

/** Compares the means of all units and the covariances of all pairs of units with their expected values. */
function compare({ ledger }: LawContext, observed: readonly Float32Array[], shared: (u: Unit, v: Unit) => Shared) {
  const count = observed[0].length;
  const variances = units.map((unit) => shared(unit, unit).covariance);
  const nameOf = ({ image, location, filter }: Unit) => `image ${image}, location ${location}, filter ${filter}`;
  const check = (what: string, at: string, got: number, wanted: number, threshold: number, scale: number) => {
    ledger.effect(`${what} in a convolution`, (2 * threshold) / scale);
    if (!(Math.abs(got - wanted) <= threshold)) {
      throw new Error(`${what} of ${count} samples, ${at}: got ${got}, wanted ${wanted} ± ${threshold}`);
    }
    ledger.compare(Math.abs(got - wanted), threshold);
  };
  units.forEach((u, i) => {
    const moments = normalMoments(dot(patchOf(u), weightsOf(u)) + biases[u.filter], variances[i]);
    const deviation = Math.sqrt(variances[i]);
    check('mean', nameOf(u), sampleMean(observed[i]), moments.mean, meanThreshold(moments, count), deviation);
    const own = sampleCovariance(observed[i], observed[i]);
    check('variance', nameOf(u), own, variances[i], varianceThreshold(moments, count), variances[i]);
    units.slice(0, i).forEach((v, j) => {
      const { covariance, largest } = shared(u, v);
      const product = variances[i] * variances[j];
      const threshold = covarianceThreshold(covariance, product + 2 * largest ** 2, count);
      const found = sampleCovariance(observed[i], observed[j]);
      check('covariance', `${nameOf(u)} and ${nameOf(v)}`, found, covariance, threshold, Math.sqrt(product));
    });
  });
}

/**
 * Convolutions have mean `A ⋆ θ + bias` and variance `A² ⋆ σ²` at each location of each filter, under every estimator.
 * With a random filter, two locations have the covariance `Σ σ² x x′`, and so have two datapoints that share the
 * filter. Local noise is drawn for each location and has no covariance. Different filters share noise only through
 * factors on the inputs.
 */
export async function checkConvolution(context: LawContext): Promise<void> {
  const { flipout, local, separate, single, sparseVariational, variationalDropout } = context.models;
  for (const estimator of [local(), separate(), single(), flipout()]) {
    await checkOnce(context, `convolution, ${estimator.name}`, async () => {
      compare(context, await observe(context, sparseVariational(), estimator), sharedUnder[estimator.name]);
    });
  }
  await checkOnce(context, 'convolution, factors on the inputs', async () => {
    const noise = variationalDropout({ type: 'A', alpha: 'input' });
    const shared = (u: Unit, v: Unit) => certain(u.image === v.image ? sharedFactors(u, v) : []);
    compare(context, await observe(context, noise, local()), shared);
  });
}
