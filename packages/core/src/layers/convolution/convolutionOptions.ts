import type { LinearLayerOptions } from '../linearLayer.js';
import { linearOptionNames } from '../linearLayer.js';
import { linearOptionsElsewhere } from '../linearPart.js';
import type { PaddingMode } from '../window.js';

/** Options of convolutions of images. */
export interface ImageConvolutionOptions extends LinearLayerOptions {
  /** Height and width of the filter; one number for a square. */
  readonly size: number | readonly [number, number];
  /** Default: 1. */
  readonly strides?: number | readonly [number, number];
  /** Default: `valid`. */
  readonly padding?: PaddingMode;
  /** Distance between the pixels that the filter reads. Default: 1. */
  readonly dilations?: number | readonly [number, number];
}

/** The names of options that all convolutions share. */
export const convolutionOptionNames = { size: true, strides: true, padding: true, ...linearOptionNames } as const;

/** What other libraries call the options of windows. */
export const windowOptionsElsewhere = {
  kernelSize: 'Write size.',
  poolSize: 'Write size.',
  stride: 'Write strides.',
  dilation: 'Write dilations.',
  dilationRate: 'Write dilations.',
} as const;

/** What other libraries call the options of convolutions. */
export const convolutionOptionsElsewhere = {
  ...linearOptionsElsewhere,
  ...windowOptionsElsewhere,
  outChannels: 'Write filters.',
  depthMultiplier: 'Write multiplier.',
  depthwiseInitializer: 'Write initializer.',
} as const;
