import type { Dataset } from '@vardrop/core';

/** Images to classify, with a fixed split. */
export interface ImageData {
  /** What the data are called in reports. */
  readonly name: string;
  /** Values an image. */
  readonly inputs: number;
  readonly classes: number;
  readonly train: Dataset;
  readonly test: Dataset;
}
