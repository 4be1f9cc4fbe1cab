import { erf } from '../special/erf.js';
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
  /** `E|X − y| − ½ E|X − X′|`, of which each pair of components has a closed form (Grimit et al. 2006, eq. 5). */
  crps(y, components) {
    let error = 0;
    let spread = 0;
    components.forEach((one, i) => {
      error += meanSize(one.mean - y, one.deviation);
      spread += meanSize(0, Math.SQRT2 * one.deviation) / 2;
      for (let j = 0; j < i; j++) {
        const other = components[j];
        spread += meanSize(one.mean - other.mean, Math.hypot(one.deviation, other.deviation));
      }
    });
    return (error - spread / components.length) / components.length;
  },
};

/** `E|X|` of a normal distribution. */
function meanSize(mean: number, deviation: number): number {
  const z = mean / deviation;
  return mean * erf(z * Math.SQRT1_2) + 2 * deviation * normalDensity(z);
}
