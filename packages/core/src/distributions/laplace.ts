import type { Distribution } from './distribution.js';

/** The Laplace distribution `{ location, scale }` with the density `exp(−|y − location|/scale) / (2 scale)`; the scale is positive. */
export const laplace: Distribution = {
  cdf(y, { location, scale }) {
    const tail = 0.5 * Math.exp(-Math.abs(y - location) / scale);
    return y > location ? 1 - tail : tail;
  },
  logDensity(y, { location, scale }) {
    return -Math.abs(y - location) / scale - Math.log(2 * scale);
  },
};
