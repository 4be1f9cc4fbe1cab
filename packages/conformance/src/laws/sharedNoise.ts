import type { Estimator, NoiseModel } from '@vardrop/core';
import { checkOnce } from '../checkProperty.js';
import type { LawContext } from '../law.js';
import { images, logVariances, sampleConvolution, sizes } from '../noisyConvolution.js';
import { rowsOf } from '../noisyLayer.js';
import { quantile } from '../statistics.js';

/** Equal datapoints of one minibatch. */
const rows = 2 ** 12;

/** Largest normal number that the inverse error function gives in float32. */
const largestNormal = 5.5;

const patchSize = sizes.filter[0] * sizes.filter[1] * sizes.channels;
const perRow = sizes.locations * sizes.filters;
const largestPixel = Math.max(...images.flat().map(Math.abs));
const largestDeviation = Math.exp(0.5 * Math.max(...logVariances));

/** How far apart two sums of the same products may be, up to their sign, wherever their rows are in the minibatch. */
const rounding = 2 * (patchSize + 4) * 2 ** -24 * patchSize * largestPixel * largestDeviation * largestNormal;

/** An image that is 0 in all channels except one. */
const only = (channel: number) => images[0].map((value, i) => (i % sizes.channels === channel ? value : 0));

/**
 * The noise (with means and biases of 0) of a minibatch of equal datapoints, `[channel][row, location, filter]`. For
 * each channel, the image's other channels are 0. The noise is the same for all channels.
 */
function noiseOf(context: LawContext, noise: NoiseModel, estimator: Estimator): Promise<Float32Array[]> {
  const zeros = { weights: new Array<number>(logVariances.length).fill(0), bias: [0, 0] };
  const minibatches = [0, 1].map((channel) => rowsOf(only(channel), rows));
  return sampleConvolution(context, { noise, estimator, parameters: zeros }, minibatches, context.seed + 310);
}

/**
 * The sign of each datapoint's noise relative to the first one's, `[row, filter]`. Rejects unless all locations of a
 * datapoint have the same sign and the first one's absolute values.
 */
function signsOf(y: Float32Array, what: string): Float64Array {
  const signs = new Float64Array(rows * sizes.filters);
  for (let filter = 0; filter < sizes.filters; filter++) {
    const at = (row: number, location: number) => y[row * perRow + location * sizes.filters + filter];
    const locations = Array.from({ length: sizes.locations }, (_, i) => i);
    const largest = locations.reduce((most, each) => (Math.abs(at(0, each)) > Math.abs(at(0, most)) ? each : most));
    if (!(Math.abs(at(0, largest)) > 2 * rounding)) {
      throw new Error(`noise of ${what}, filter ${filter}: got ${at(0, largest)}, wanted a number that is not 0`);
    }
    for (let row = 0; row < rows; row++) {
      const sign = Math.sign(at(row, largest) * at(0, largest));
      signs[row * sizes.filters + filter] = sign;
      for (const location of locations) {
        const wanted = sign * at(0, location);
        if (Math.abs(at(row, location) - wanted) <= rounding) continue;
        throw new Error(
          `noise of ${what}, datapoint ${row}, location ${location}, filter ${filter}: got ${at(row, location)}, wanted ${wanted} ± ${rounding}, which is the first datapoint's with one sign for all locations`,
        );
      }
    }
  }
  return signs;
}

/**
 * Checks each of flipout's signs. For equal datapoints with only one nonzero channel, the noise is ± the noise of the
 * first datapoint. The sign is `s r`, with s the sign of the datapoint and channel, and r the sign of the datapoint and
 * filter. All signs are independent.
 */
function checkSigns({ ledger }: LawContext, observed: readonly Float32Array[]): void {
  const [first, second] = observed.map((y, channel) => signsOf(y, `channel ${channel}`));
  const threshold = quantile / Math.sqrt(rows - 1);
  const check = (what: string, productOf: (row: number) => number) => {
    let sum = 0;
    // Relative to itself, the first datapoint has no sign.
    for (let row = 1; row < rows; row++) sum += productOf(row);
    const mean = sum / (rows - 1);
    ledger.effect('signs', 2 * threshold);
    if (!(Math.abs(mean) <= threshold)) throw new Error(`mean of ${what}: got ${mean}, wanted 0 ± ${threshold}`);
    ledger.compare(Math.abs(mean), threshold);
  };
  for (const filter of [0, 1]) {
    const at = (row: number) => row * sizes.filters + filter;
    check(`the signs of channel 0, filter ${filter}`, (row) => first[at(row)]);
    check(`the signs of channel 1, filter ${filter}`, (row) => second[at(row)]);
    check(`products of the channels' signs, filter ${filter}`, (row) => first[at(row)] * second[at(row)]);
  }
  for (const [channel, signs] of [first, second].entries()) {
    check(`products of the filters' signs, channel ${channel}`, (row) => signs[2 * row] * signs[2 * row + 1]);
  }
  for (let row = 1; row < rows; row++) {
    const product = first[2 * row] * first[2 * row + 1] * second[2 * row] * second[2 * row + 1];
    if (product === 1) continue;
    throw new Error(`datapoint ${row}: got channels whose signs differ from filter to filter, wanted one a channel`);
  }
  ledger.compare(0, 0);
}

/** Checks, number by number, which noise the datapoints of one minibatch share. */
export async function checkSharedNoise(context: LawContext): Promise<void> {
  const { ledger, models, seed } = context;
  const { bernoulli, flipout, single, sparseVariational, variationalDropout } = models;
  await checkOnce(context, 'signs of flipout in a convolution', async () => {
    checkSigns(context, await noiseOf(context, sparseVariational(), flipout()));
  });
  const noises = [sparseVariational(), variationalDropout({ type: 'A', alpha: 'input' }), bernoulli({ rate: 0.5 })];
  for (const noise of noises) {
    await checkOnce(context, `${noise.name}, single: datapoints share their noise`, async () => {
      const x = rowsOf(images[0], 9);
      const [y] = await sampleConvolution(context, { noise, estimator: single() }, [x], seed + 320);
      y.forEach((value, i) => {
        const wanted = y[i % perRow];
        // Twice the bound, because the sums include means and biases, which are at most as large as the noise.
        if (!(Math.abs(value - wanted) <= 2 * rounding)) {
          throw new Error(
            `datapoint ${Math.floor(i / perRow)} at ${i % perRow}: got ${value}, wanted the first one's ${wanted} ± ${2 * rounding}`,
          );
        }
      });
      ledger.compare(0, 0);
    });
  }
}
