import { normalDensity } from '../special/normalDensity.js';
import { normalHazard } from '../special/normalHazard.js';
import type { Distribution } from './distribution.js';

const HALF_LOG_TWO_PI = 0.9189385332046727;

/** The normal distribution `{ mean, deviation }`; the deviation is positive. The cdf has its digits in the lower tail too. */
export const normal: Distribution = {
  cdf(y, { mean, deviation }) {
    const z = (y - mean) / deviation;
    const tail = normalDensity(z) / normalHazard(Math.abs(z));
    return z > 0 ? 1 - tail : tail;
  },
  logDensity(y, { mean, deviation }) {
    const z = (y - mean) / deviation;
    return -0.5 * z * z - Math.log(deviation) - HALF_LOG_TWO_PI;
  },
};
