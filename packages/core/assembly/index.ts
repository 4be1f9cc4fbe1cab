// Three passes over the same few kilobytes: they stay in the first-level cache, and a pass a loop keeps each loop's
// values in registers. One fused loop is a third slower.
export { bits } from './bits';
export { uniformFromBits } from './uniform';
export { normalFromBits } from './normal';
