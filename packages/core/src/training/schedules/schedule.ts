/** A factor for each step of training. `epoch` may be a fraction: 1.5 is the middle of the second epoch. */
export type Schedule = (progress: { readonly epoch: number; readonly step: number }) => number;
